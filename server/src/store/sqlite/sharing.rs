//! One read for all who gathered for it.

use app::protocol::FeedId;
use rusqlite::Connection;

use super::{catch_up, standing};
use crate::store::{
    CatchUp, Result,
    gathering::{SharedRead, Wish},
};

/// Reads, in the snapshot that begins here, and tells everybody who may know.
pub(super) fn read(connection: &Connection, shared: SharedRead) -> Result<()> {
    let mut admitted = Vec::new();
    for reader in shared.begin() {
        let standing = reader.standing;
        match standing.map_or(Ok(()), |needed| standing::check(connection, needed)) {
            Ok(()) => admitted.push(reader),
            Err(error) => reader.tell(Err(error)),
        }
    }
    if !admitted.is_empty() {
        let outcome = caught_up(connection, shared.wish());
        shared.tell(admitted, outcome);
    }
    Ok(())
}

fn caught_up(connection: &Connection, wish: Wish) -> Result<CatchUp> {
    match wish.feed {
        FeedId::Room(room) => catch_up::room(connection, room, wish.after),
        FeedId::User(user) => catch_up::user(connection, user, wish.after),
        FeedId::Community => catch_up::community(connection, wish.after),
    }
}
