# Every word here is one script; the scripts say what they do and how long it may take.
.PHONY: run test dev trunk check bench test-all

run:       ; @scripts/run        # installs what is missing, builds, starts Magpie on http://127.0.0.1:3000
test:      ; @scripts/test       # everything that must hold before a change lands
dev:       ; @scripts/dev        # cargo leptos watch: rebuilds and reloads at every change
trunk:     ; @scripts/trunk      # trunk serve, with the server beside it
check:     ; @scripts/check      # format, clippy, documentation
bench:     ; @scripts/bench      # measures Magpie beside a plain Node server
test-all:  ; @scripts/test-all   # test, Trunk, long checkers, dependencies, spelling
