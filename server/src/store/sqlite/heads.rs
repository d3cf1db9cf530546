//! The heads of the feeds. A transaction moves each head that it touches by one, and writes its rows with the new head.

use app::protocol::{Changes, FeedId, Item, RoomId, Seq, UserId};
use rusqlite::{Connection, OptionalExtension};

use super::rows;
use crate::store::{Constraint, Result, StoreError};

/// The feed's head, if there is such a feed.
pub(super) fn head(connection: &Connection, feed: FeedId) -> Result<Option<Seq>> {
    let seq = |row: &rusqlite::Row<'_>| rows::unsigned(row, 0).map(Seq);
    let head = match feed {
        FeedId::Room(room) => connection
            .prepare_cached("SELECT head FROM rooms WHERE id = ?1")?
            .query_row([rows::sql(room.0)], seq),
        FeedId::User(user) => connection
            .prepare_cached("SELECT head FROM users WHERE id = ?1")?
            .query_row([rows::sql(user.0)], seq),
        FeedId::Community => connection
            .prepare_cached("SELECT head FROM community")?
            .query_row([], seq),
    };
    Ok(head.optional()?)
}

/// The heads of those feeds that exist.
pub(super) fn heads(connection: &Connection, feeds: &[FeedId]) -> Result<Vec<(FeedId, Seq)>> {
    let heads = feeds.iter().filter_map(|feed| match head(connection, *feed) {
        Ok(head) => head.map(|head| Ok((*feed, head))),
        Err(error) => Some(Err(error)),
    });
    heads.collect()
}

/// Takes the next seq of a room that exists.
pub(super) fn advance_room(connection: &Connection, room: RoomId) -> Result<Seq> {
    let mut statement = connection.prepare_cached("UPDATE rooms SET head = head + 1 WHERE id = ?1 RETURNING head")?;
    Ok(statement.query_row([rows::sql(room.0)], |row| rows::unsigned(row, 0).map(Seq))?)
}

/// Takes the next seq of a person's feed. `Conflict(NoSuchUser)`.
pub(super) fn advance_user(connection: &Connection, user: UserId) -> Result<Seq> {
    let before = head(connection, FeedId::User(user))?.ok_or(StoreError::Conflict(Constraint::NoSuchUser))?;
    // Two statements, not `RETURNING`: for that SQLite makes a temporary table each time.
    connection
        .prepare_cached("UPDATE users SET head = head + 1 WHERE id = ?1")?
        .execute([rows::sql(user.0)])?;
    Ok(before.next())
}

/// Takes the next seq of the community feed.
pub(super) fn advance_community(connection: &Connection) -> Result<Seq> {
    let mut statement = connection.prepare_cached("UPDATE community SET head = head + 1 RETURNING head")?;
    Ok(statement.query_row([], |row| rows::unsigned(row, 0).map(Seq))?)
}

/// What a transaction changed in one feed: everything that it wrote there with the seq `to`.
pub(super) fn changes(feed: FeedId, to: Seq, items: Vec<Item>) -> Changes {
    Changes {
        feed,
        after: Seq(to.0 - 1),
        to,
        items,
    }
}
