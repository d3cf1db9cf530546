//! How a reader goes on: with changes while that is cheap, else from a snapshot.

use app::protocol::{FeedId, FeedSnapshot, GapReason, RoomId, Seq, UserId};
use rusqlite::Connection;

use super::{changes, heads, snapshots};
use crate::store::{CatchUp, Constraint, Result, StoreError, position::placed};

/// In a room. Whoever asks has checked the rights in the same snapshot.
pub(super) fn room(connection: &Connection, room: RoomId, after: Option<Seq>) -> Result<CatchUp> {
    let position = position(connection, FeedId::Room(room), after, Constraint::NoSuchRoom)?;
    // A reader from before the room became large holds a list of members that nothing would keep true.
    let large_since = changes::large_since(connection, room)?;
    let position = position.and_then(|after| match large_since {
        Some(since) if after < since => Err(GapReason::TooFar),
        _ => Ok(after),
    });
    answer(connection, FeedId::Room(room), position, || {
        Ok(FeedSnapshot::Room(snapshots::of_room(connection, room)?))
    })
}

/// In one's own feed.
pub(super) fn user(connection: &Connection, user: UserId, after: Option<Seq>) -> Result<CatchUp> {
    let position = position(connection, FeedId::User(user), after, Constraint::NoSuchUser)?;
    answer(connection, FeedId::User(user), position, || {
        Ok(FeedSnapshot::User(snapshots::of_user(connection, user)?))
    })
}

/// In the community feed.
pub(super) fn community(connection: &Connection, after: Option<Seq>) -> Result<CatchUp> {
    let head = heads::head(connection, FeedId::Community)?.unwrap_or_default();
    answer(connection, FeedId::Community, placed(after, head), || {
        Ok(FeedSnapshot::Community { position: head })
    })
}

fn position(
    connection: &Connection,
    feed: FeedId,
    after: Option<Seq>,
    absent: Constraint,
) -> Result<std::result::Result<Seq, GapReason>> {
    let head = heads::head(connection, feed)?.ok_or(StoreError::Conflict(absent))?;
    Ok(placed(after, head))
}

fn answer(
    connection: &Connection,
    feed: FeedId,
    position: std::result::Result<Seq, GapReason>,
    snapshot: impl FnOnce() -> Result<FeedSnapshot>,
) -> Result<CatchUp> {
    match position {
        Err(reason) => Ok(CatchUp::Gap(reason, snapshot()?)),
        Ok(after) => changes::for_reader(connection, feed, after)?
            .map(CatchUp::Changes)
            .ok_or_else(|| StoreError::Corrupt {
                table: "feeds",
                detail: format!("no feed {feed}"),
            }),
    }
}
