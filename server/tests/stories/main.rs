//! Stories told against the real server: real sockets, real SQLite, one process.
//!
//! No story waits for a while: each waits for a sign, and gives up only after a minute in which it did not come.

#![expect(clippy::unwrap_used, reason = "who tells a story may panic")]

mod harness;

mod talking;

mod watching;

mod rooms;

mod presence;

mod polling;

mod lines;

mod reliability;

mod convergence;

mod nodes;

mod program;

mod tls;
