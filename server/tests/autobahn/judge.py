"""Reads what Autobahn's suite found (the index of its report) and ends with 1 when a case failed. `scripts/autobahn` calls it."""

import collections
import json
import sys

PASSED = ("OK", "INFORMATIONAL")

# Allowed although stricter servers do better, each with its reason. Any other case must not be less than PASSED.
ALLOWED = {
    "6.4.3": "bad UTF-8 is told at the end of a frame, not in its middle: a frame is at most 64 KiB, and is decoded when it is whole",
    "6.4.4": "the same",
}
# Fewer cases than this mean that the suite did not run.
LEAST = 301


def passes(case, verdicts):
    if all(verdict in PASSED for verdict in verdicts):
        return True
    return case in ALLOWED and all(verdict in PASSED + ("NON-STRICT",) for verdict in verdicts)


def main(path):
    with open(path) as index:
        (cases,) = json.load(index).values()
    verdicts = {case: (found["behavior"], found["behaviorClose"]) for case, found in cases.items()}
    counts = collections.Counter(behavior for behavior, _ in verdicts.values())
    print("%d cases: %s" % (len(verdicts), ", ".join("%d %s" % (count, name) for name, count in sorted(counts.items()))))
    failed = sorted(case for case, found in verdicts.items() if not passes(case, found))
    for case in failed:
        print("case %s: %s, closing %s" % ((case,) + verdicts[case]))
    if len(verdicts) < LEAST:
        print("that are too few: the suite has more")
    return 1 if failed or len(verdicts) < LEAST else 0


sys.exit(main(sys.argv[1]))
