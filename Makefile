# Every word here is one script; the scripts say what they do and how long it may take.
.PHONY: run test dev trunk cluster check bench soak fuzz test-all dist

run:       ; @scripts/run        # installs what is missing, builds, starts Magpie on http://127.0.0.1:3000
test:      ; @scripts/test       # everything that must hold before a change lands
dev:       ; @scripts/dev        # cargo leptos watch: rebuilds and reloads at every change
trunk:     ; @scripts/trunk      # trunk serve, with the server beside it
cluster:   ; @scripts/cluster    # three nodes over PostgreSQL and NATS behind a balancer, on free ports; keeps nothing
check:     ; @scripts/check      # format, clippy, documentation
bench:     ; @scripts/bench      # measures Magpie beside a plain Node server
soak:      ; @scripts/soak       # talk, churn, slow readers and kills for half an hour (MINUTES=5 for less): nothing may grow
fuzz:      ; @scripts/fuzz       # throws bytes at what reads them, a minute each (FUZZ_SECONDS=10 for less)
test-all:  ; @scripts/test-all   # test, Trunk, long checkers, Autobahn's suite, fuzzing, dependencies, spelling
dist:      ; @scripts/dist       # one static program, and an archive of it with the files of deploy/
