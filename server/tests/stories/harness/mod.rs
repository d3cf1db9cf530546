//! What the stories are told with: a server of their own, people who talk, and lines that can be cut.

mod client;
mod database;
mod figures;
mod listener;
mod log;
mod people;
mod process;
mod raw;
mod replica;
mod server;
mod settings;
mod trust;

pub use client::{Client, Line, Wire};
pub use figures::Figures;
pub use listener::Listener;
pub use log::Ended;
pub use people::{Person, fresh_id, messages, post};
pub use process::{Magpie, magpie, outcome, serving, started_by, tell};
pub use raw::{Raw, header, masked};
pub use replica::Replica;
pub use server::{Setup, TestServer, empty_database, has_no_file};
pub use settings::{check_time, per_check_second, setting};
pub use trust::Trust;

use app::protocol::RoomId;

/// The room where everyone starts.
pub const GENERAL: RoomId = RoomId(1);

/// Nothing takes this long; what does would never come. A guard, not a measurement.
pub const PATIENCE: std::time::Duration = std::time::Duration::from_secs(60);

/// Waits for what nothing tells of: looks again and again, and gives up after [`PATIENCE`].
pub async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let mut looks = tokio::time::interval(std::time::Duration::from_millis(10));
    let looking = async {
        while !is_so() {
            looks.tick().await;
        }
    };
    tokio::time::timeout(PATIENCE, looking)
        .await
        .unwrap_or_else(|_| panic!("waited in vain for {what}"));
}
