//! The rows of a feed by the number of their last change. It costs what differs and not what happened: large tables are read by
//! an index or in the order of their numbers.

use app::protocol::{Changes, FeedId, Item, RoomId, Seq, UserId};
use rusqlite::{Connection, Row};

use super::{heads, message_changes, rooms, rows};
use crate::store::{
    Result, StoreError,
    cut::{self, Kind},
};

/// Every row after `after`, as much as fits; `None` when there is no such feed. Member rows are among them however large the
/// room is: `feed` must see removals.
pub(super) fn between(connection: &Connection, feed: FeedId, after: Seq) -> Result<Option<Changes>> {
    read(connection, feed, after, true)
}

/// The same for a reader's eyes: large rooms carry no member rows.
pub(super) fn for_reader(connection: &Connection, feed: FeedId, after: Seq) -> Result<Option<Changes>> {
    let names_members = match feed {
        FeedId::Room(room) => large_since(connection, room)?.is_none(),
        FeedId::User(_) | FeedId::Community => true,
    };
    read(connection, feed, after, names_members)
}

fn read(connection: &Connection, feed: FeedId, after: Seq, names_members: bool) -> Result<Option<Changes>> {
    let Some(head) = heads::head(connection, feed)? else {
        return Ok(None);
    };
    if after >= head {
        return Ok(Some(Changes {
            feed,
            after,
            to: after,
            items: Vec::new(),
        }));
    }
    let (items, to) = match feed {
        FeedId::Room(room) => cut::merge(of_room(connection, room, after, names_members)?, head),
        FeedId::User(user) => cut::merge(of_user(connection, user, after)?, head),
        FeedId::Community => cut::merge([profiles(connection, after)?], head),
    };
    Ok(Some(Changes { feed, after, to, items }))
}

/// What the transaction at hand wrote under `seq`, which is the head of that feed.
pub(super) fn under(connection: &Connection, feed: FeedId, seq: Seq) -> Result<Changes> {
    between(connection, feed, Seq(seq.0 - 1))?.ok_or_else(|| StoreError::Corrupt {
        table: "feeds",
        detail: format!("no feed {feed}"),
    })
}

/// The seq from which on the room's feed has carried no member rows, if it has become so large.
pub(super) fn large_since(connection: &Connection, room: RoomId) -> Result<Option<Seq>> {
    let mut statement = connection.prepare_cached("SELECT large_since FROM rooms WHERE id = ?1")?;
    let since: Option<i64> = statement.query_row([rows::sql(room.0)], |row| row.get(0))?;
    Ok(since.map(|since| Seq(since.unsigned_abs())))
}

fn of_room(connection: &Connection, room: RoomId, after: Seq, names_members: bool) -> Result<Vec<Kind>> {
    let mut kinds = Vec::from(message_changes::after(connection, room, after)?);
    if names_members {
        kinds.push(members(connection, room, after)?);
    }
    let mut own_row = Kind::default();
    let room = rooms::get(connection, room)?;
    if room.changed > after {
        own_row.take(Item::Room(room));
    }
    kinds.push(own_row);
    Ok(kinds)
}

fn of_user(connection: &Connection, user: UserId, after: Seq) -> Result<Vec<Kind>> {
    Ok(vec![
        listed_rooms(connection, user, after)?,
        read_markers(connection, user, after)?,
    ])
}

/// Takes rows of one kind until a page is full of them.
pub(super) fn collect(
    connection: &Connection,
    statement: &'static str,
    wanted: &[i64],
    read: fn(&Row<'_>) -> rusqlite::Result<Item>,
) -> Result<Kind> {
    let mut statement = connection.prepare_cached(statement)?;
    let mut found = statement.query(rusqlite::params_from_iter(wanted))?;
    let mut kind = Kind::default();
    while let Some(row) = found.next()? {
        if !kind.take(read(row)?) {
            break;
        }
    }
    Ok(kind)
}

pub(super) const MEMBERS: &str = "SELECT user_id, role, joined_at, has_left, changed
     FROM members WHERE room_id = ?1 AND changed > ?2 ORDER BY changed";

fn members(connection: &Connection, room: RoomId, after: Seq) -> Result<Kind> {
    let wanted = [rows::sql(room.0), rows::sql(after.0)];
    collect(connection, MEMBERS, &wanted, |row| rows::member(row).map(Item::Member))
}

pub(super) const LISTED_ROOMS: &str =
    "SELECT rooms.id, rooms.slug, rooms.name, rooms.topic, rooms.members, rooms.created_at, rooms.changed,
         rooms.large_since IS NOT NULL, members.role, rooms.head, rooms.posts, rooms.last_posted_at,
         read_markers.number, listings.has_left, listings.changed
     FROM listings
     JOIN rooms ON rooms.id = listings.room_id
     JOIN members ON members.room_id = listings.room_id AND members.user_id = listings.user_id
     JOIN read_markers ON read_markers.room_id = listings.room_id AND read_markers.user_id = listings.user_id
     WHERE listings.user_id = ?1 AND listings.changed > ?2 ORDER BY listings.changed";

fn listed_rooms(connection: &Connection, user: UserId, after: Seq) -> Result<Kind> {
    let wanted = [rows::sql(user.0), rows::sql(after.0)];
    collect(connection, LISTED_ROOMS, &wanted, |row| {
        rows::listed_room(row).map(Item::ListedRoom)
    })
}

pub(super) const READ_MARKERS: &str =
    "SELECT room_id, number, changed FROM read_markers WHERE user_id = ?1 AND changed > ?2 ORDER BY changed";

fn read_markers(connection: &Connection, user: UserId, after: Seq) -> Result<Kind> {
    let wanted = [rows::sql(user.0), rows::sql(after.0)];
    collect(connection, READ_MARKERS, &wanted, |row| {
        rows::read_marker(row).map(Item::ReadMarker)
    })
}

pub(super) const PROFILES: &str = "SELECT id, name, changed FROM users WHERE changed > ?1 ORDER BY changed";

fn profiles(connection: &Connection, after: Seq) -> Result<Kind> {
    collect(connection, PROFILES, &[rows::sql(after.0)], |row| {
        rows::user(row).map(Item::User)
    })
}
