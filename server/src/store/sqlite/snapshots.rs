//! Where a client starts, or starts over.

use app::protocol::{
    Activity, FeedId, ListedRoom, Number, RoomId, RoomSnapshot, Seq, Timestamp, UserId, UserSnapshot,
    limits::SNAPSHOT_MESSAGES,
};
use rusqlite::Connection;

use super::{changes, heads, members, pages, rooms, rows, users};
use crate::store::{Constraint, Result, StoreError};

/// The room with its newest page and its members. The caller has checked the reader's standing.
pub(super) fn of_room(connection: &Connection, room: RoomId) -> Result<RoomSnapshot> {
    let position = heads::head(connection, FeedId::Room(room))?.ok_or(StoreError::Conflict(Constraint::NoSuchRoom))?;
    let mut page = pages::before(connection, room, None, SNAPSHOT_MESSAGES)?;
    let members = match changes::large_since(connection, room)? {
        None => members::all(connection, room)?,
        Some(_) => Vec::new(),
    };
    let authors = page.users.iter().map(|user| user.id);
    page.users = users::profiles(connection, authors.chain(members.iter().map(|member| member.user)))?;
    Ok(RoomSnapshot {
        room: rooms::get(connection, room)?,
        position,
        page,
        members,
    })
}

/// The person's rooms and the position of their feed.
pub(super) fn of_user(connection: &Connection, user: UserId) -> Result<UserSnapshot> {
    let position = heads::head(connection, FeedId::User(user))?.ok_or(StoreError::Conflict(Constraint::NoSuchUser))?;
    let mut statement = connection.prepare_cached(
        "SELECT rooms.id, rooms.slug, rooms.name, rooms.topic, rooms.members, rooms.created_at, rooms.changed,
             rooms.large_since IS NOT NULL, members.role, rooms.head, rooms.posts, rooms.last_posted_at,
             read_markers.number, listings.has_left, listings.changed
         FROM listings
         JOIN rooms ON rooms.id = listings.room_id
         JOIN members ON members.room_id = listings.room_id AND members.user_id = listings.user_id
         JOIN read_markers ON read_markers.room_id = listings.room_id AND read_markers.user_id = listings.user_id
         WHERE listings.user_id = ?1 AND listings.has_left = 0 ORDER BY listings.room_id",
    )?;
    let rooms: rusqlite::Result<Vec<ListedRoom>> =
        statement.query_map([rows::sql(user.0)], rows::listed_room)?.collect();
    Ok(UserSnapshot {
        position,
        rooms: rooms?,
    })
}

/// Where each of the person's rooms stands.
pub(super) fn activities(connection: &Connection, user: UserId) -> Result<Vec<Activity>> {
    let mut statement = connection.prepare_cached(
        "SELECT rooms.id, rooms.head, rooms.posts, rooms.last_posted_at
         FROM listings JOIN rooms ON rooms.id = listings.room_id
         WHERE listings.user_id = ?1 AND listings.has_left = 0 ORDER BY listings.room_id",
    )?;
    let activities = statement.query_map([rows::sql(user.0)], |row| {
        Ok(Activity {
            room: RoomId(rows::unsigned(row, 0)?),
            head: Seq(rows::unsigned(row, 1)?),
            posts: Number(rows::unsigned(row, 2)?),
            last_posted_at: row.get::<_, Option<i64>>(3)?.map(Timestamp),
        })
    })?;
    Ok(activities.collect::<rusqlite::Result<_>>()?)
}
