//! Stories told against the real server: real sockets, real SQLite, one process.
//!
//! No story waits for a while: each waits for a sign, and gives up only after a minute in which it did not come.

mod harness;

mod talking;

mod watching;

mod rooms;

mod presence;

mod polling;

mod violations;

mod lines;

mod load;

mod convergence;
