//! The store in one SQLite file: WAL, one writer that groups what waits into one commit, a few readers.
//!
//! Read in this order: how a database is opened, the two roads into it, then the deeds by noun. `rows` is the only place that
//! turns rows into the protocol's types.

mod open;

mod copy;
mod epoch;
mod lock;
mod migrations;

mod log_file;
mod readers;
mod writer;

mod known;

mod handle;
mod probe;

mod error;
mod rows;

mod heads;
mod standing;

mod sessions;
mod users;

mod members;
mod rooms;

mod markers;
mod messages;
mod pages;
mod posts;

mod catch_up;
mod changes;
mod feeds;
mod message_changes;
mod sharing;
mod snapshots;

#[cfg(test)]
mod tests;

pub use copy::{Described, begin_anew, check, copy};
pub use handle::SqliteStore;
pub use open::{Durability, OpenError, SqliteOptions};
