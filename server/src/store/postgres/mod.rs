//! The store in a PostgreSQL database (15 or newer) that several nodes may share.
//!
//! Read in this order: how a database is opened, the roads into it, then the deeds by noun, in files that have the same names
//! as those of `sqlite`, so that differences stand side by side. `rows` is the only place that turns rows into the protocol's
//! types.
//!
//! What differs from SQLite everywhere:
//! - Others write at the same time. A deed takes the locks of its feeds first (rooms, then users, then the community, each by
//!   id), and looks at rights and rows under them, in statements of their own: each statement sees what is committed when it
//!   begins. Locks are `FOR NO KEY UPDATE`: two deeds on one feed exclude each other, while a foreign key's look at the same
//!   row, which comes in no order, waits for nobody.
//! - Nothing is remembered between calls: another node may have changed it.
//! - A statement costs a journey. What needs no answer to go on is sent together: see `transaction`.
//! - A commit costs the disk. Posts that wait share one, whatever their rooms: see `lanes`, and `turns` for who goes with whom.
//!   Equal reads are one read: see `sharing`.

mod open;

mod address;
mod epoch;
mod migrations;
mod pool;
mod tls;

mod database;
mod transaction;

mod handle;
mod probe;

mod error;
mod rows;
mod text;

mod heads;
mod standing;

mod sessions;
mod users;

mod members;
mod rooms;

mod lanes;
mod ledger;
mod markers;
mod messages;
mod pages;
mod posts;
mod turns;

mod catch_up;
mod changes;
mod feeds;
mod sharing;
mod snapshots;

#[cfg(test)]
mod tests;

pub use handle::PostgresStore;
pub use open::{OpenError, PostgresOptions};
