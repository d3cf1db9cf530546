//! Where a client starts, or starts over.

use app::protocol::{
    Activity, FeedId, ListedRoom, Number, RoomId, RoomSnapshot, Seq, Timestamp, UserId, UserSnapshot,
    limits::SNAPSHOT_MESSAGES,
};

use super::{changes, database::Database, heads, members, pages, rooms, rows, transaction::Transaction, users};
use crate::store::{Constraint, Result, StoreError};

/// The room with its newest page and its members. The caller has checked the reader's standing.
pub(super) async fn of_room(snapshot: &Transaction, room: RoomId) -> Result<RoomSnapshot> {
    let position = heads::head(snapshot, FeedId::Room(room)).await?;
    let position = position.ok_or(StoreError::Conflict(Constraint::NoSuchRoom))?;
    let mut page = pages::before(snapshot, room, None, SNAPSHOT_MESSAGES).await?;
    let members = match changes::large_since(snapshot, room).await? {
        None => members::all(snapshot, room).await?,
        Some(_) => Vec::new(),
    };
    let authors = page.users.iter().map(|user| user.id);
    let everyone: Vec<UserId> = authors.chain(members.iter().map(|member| member.user)).collect();
    page.users = users::profiles(snapshot, everyone).await?;
    Ok(RoomSnapshot {
        room: rooms::get(snapshot, room).await?,
        position,
        page,
        members,
    })
}

/// The person's rooms and the position of their feed.
pub(super) async fn of_user(snapshot: &Transaction, user: UserId) -> Result<UserSnapshot> {
    let position = heads::head(snapshot, FeedId::User(user)).await?;
    let position = position.ok_or(StoreError::Conflict(Constraint::NoSuchUser))?;
    let found = snapshot
        .rows(
            "SELECT rooms.id, rooms.slug, rooms.name, rooms.topic, rooms.members, rooms.created_at, rooms.changed,
                 rooms.large_since IS NOT NULL, members.role, rooms.head, rooms.posts, rooms.last_posted_at,
                 read_markers.number, listings.has_left, listings.changed
             FROM listings
             JOIN rooms ON rooms.id = listings.room_id
             JOIN members ON members.room_id = listings.room_id AND members.user_id = listings.user_id
             JOIN read_markers ON read_markers.room_id = listings.room_id AND read_markers.user_id = listings.user_id
             WHERE listings.user_id = $1 AND NOT listings.has_left ORDER BY listings.room_id",
            &[&rows::sql(user.0)],
        )
        .await?;
    let rooms: Vec<ListedRoom> = found.iter().map(rows::listed_room).collect::<Result<_>>()?;
    Ok(UserSnapshot { position, rooms })
}

/// Where each of the person's rooms stands.
pub(super) async fn activities(database: &Database, user: UserId) -> Result<Vec<Activity>> {
    let found = database
        .ask(
            "SELECT rooms.id, rooms.head, rooms.posts, rooms.last_posted_at
             FROM listings JOIN rooms ON rooms.id = listings.room_id
             WHERE listings.user_id = $1 AND NOT listings.has_left ORDER BY listings.room_id",
            &[&rows::sql(user.0)],
        )
        .await?;
    let read = |row: &tokio_postgres::Row| {
        Ok(Activity {
            room: RoomId(rows::unsigned(row, 0)?),
            head: Seq(rows::unsigned(row, 1)?),
            posts: Number(rows::unsigned(row, 2)?),
            last_posted_at: rows::get::<Option<i64>>(row, 3)?.map(Timestamp),
        })
    };
    found.iter().map(read).collect()
}
