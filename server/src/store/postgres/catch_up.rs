//! How a reader goes on: with changes while that is cheap, else from a snapshot.

use app::protocol::{FeedId, FeedSnapshot, GapReason, RoomId, Seq, UserId};

use super::{changes, heads, snapshots, transaction::Transaction};
use crate::store::{CatchUp, Constraint, Result, StoreError, position::placed};

/// In a room. Whoever asks has checked the rights in the same snapshot.
pub(super) async fn room(snapshot: &Transaction, room: RoomId, after: Option<Seq>) -> Result<CatchUp> {
    let feed = FeedId::Room(room);
    let position = position(snapshot, feed, after, Constraint::NoSuchRoom).await?;
    // A reader from before the room became large holds a list of members that nothing would keep true.
    let large_since = changes::large_since(snapshot, room).await?;
    let position = position.and_then(|after| match large_since {
        Some(since) if after < since => Err(GapReason::TooFar),
        _ => Ok(after),
    });
    match position {
        Ok(after) => carried_on(snapshot, feed, after).await,
        Err(reason) => {
            let room = snapshots::of_room(snapshot, room).await?;
            Ok(CatchUp::Gap(reason, FeedSnapshot::Room(room)))
        }
    }
}

/// In one's own feed.
pub(super) async fn user(snapshot: &Transaction, user: UserId, after: Option<Seq>) -> Result<CatchUp> {
    let feed = FeedId::User(user);
    match position(snapshot, feed, after, Constraint::NoSuchUser).await? {
        Ok(after) => carried_on(snapshot, feed, after).await,
        Err(reason) => {
            let user = snapshots::of_user(snapshot, user).await?;
            Ok(CatchUp::Gap(reason, FeedSnapshot::User(user)))
        }
    }
}

/// In the community feed.
pub(super) async fn community(snapshot: &Transaction, after: Option<Seq>) -> Result<CatchUp> {
    let head = heads::head(snapshot, FeedId::Community).await?.unwrap_or_default();
    match placed(after, head) {
        Ok(after) => carried_on(snapshot, FeedId::Community, after).await,
        Err(reason) => Ok(CatchUp::Gap(reason, FeedSnapshot::Community { position: head })),
    }
}

async fn position(
    snapshot: &Transaction,
    feed: FeedId,
    after: Option<Seq>,
    absent: Constraint,
) -> Result<std::result::Result<Seq, GapReason>> {
    let head = heads::head(snapshot, feed).await?;
    Ok(placed(after, head.ok_or(StoreError::Conflict(absent))?))
}

async fn carried_on(snapshot: &Transaction, feed: FeedId, after: Seq) -> Result<CatchUp> {
    let changes = changes::for_reader(snapshot, feed, after).await?;
    changes.map(CatchUp::Changes).ok_or_else(|| StoreError::Corrupt {
        table: "feeds",
        detail: format!("no feed {feed}"),
    })
}
