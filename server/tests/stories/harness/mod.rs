//! What the stories are told with: a server of their own, people who talk, and lines that can be cut.

mod client;
mod log;
mod people;
mod process;
mod raw;
mod replica;
mod server;

pub use client::{Client, Line};
pub use log::Ended;
pub use people::{Person, fresh_id, messages, post};
pub use process::{Magpie, magpie, outcome, serving};
pub use raw::{Raw, header};
pub use replica::Replica;
pub use server::TestServer;

use app::protocol::RoomId;

/// The room where everyone starts.
pub const GENERAL: RoomId = RoomId(1);

/// Nothing takes this long; what does would never come. A guard, not a measurement.
pub const PATIENCE: std::time::Duration = std::time::Duration::from_secs(60);
