#!/usr/bin/env python3
"""Chats over plain HTTP, with nothing but Python: chat.py NAME [SERVER]. Lines that you type are posted to #general."""
import json, secrets, sys, threading, time, urllib.request

name, server = sys.argv[1], (sys.argv[2:] or ["http://127.0.0.1:3000"])[0]

# A server that goes, or says no, is told with a sentence.
sys.excepthook = lambda kind, error, trace: print(f"{server}: {error or kind.__name__}", file=sys.stderr)
threading.excepthook = lambda failed: sys.excepthook(*failed[:3])

def ask(method, path, body=None, token=None):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    request = urllib.request.Request(server + path, body and json.dumps(body).encode(), headers, method=method)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)

token = ask("POST", "/api/v1/session", {"name": name})["token"]
start = ask("GET", "/api/v1/snapshot?room=general", token=token)
room, newest = start["room"]["room"]["id"], start["room"]["page"]["posts"]
names = {user["id"]: user["name"] for user in start["room"]["page"]["users"]}
watch, held = {str(room): start["room"]["position"]}, {"user": start["user"]["position"], "community": start["community"]}

def post_what_is_typed():  # A retry with the same client_message_id would be harmless.
    for line in filter(str.strip, sys.stdin):
        draft = {"body": line.rstrip("\n"), "client_message_id": f"{time.time_ns():x}-{secrets.token_hex(8)}"}
        ask("POST", f"/api/v1/rooms/{room}/messages", draft, token)

threading.Thread(target=post_what_is_typed, daemon=True).start()
while True:
    poll = {"protocol": 1, "epoch": start["epoch"], "watch": watch, "wait": 25, **held}
    for frame in ask("POST", "/api/v1/poll", poll, token)["frames"]:
        if frame["type"] in ("changes", "gap"):
            kind = frame["feed"].partition(":")[0]
            position = frame["to"] if frame["type"] == "changes" else frame["snapshot"]["position"]
            (watch if kind == "room" else held)[str(room) if kind == "room" else kind] = position
        for item in frame.get("items", []):
            if item["kind"] == "user":
                names[item["id"]] = item["name"]
            elif item["kind"] == "message" and item["number"] > newest:  # Edits of older ones are left out.
                newest = item["number"]
                print(f"{names.get(item['author'], item['author'])}: {item['body']}", flush=True)
