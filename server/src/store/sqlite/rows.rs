//! Rows become the protocol's types here and nowhere else. Each function says which columns it expects, in order.

use app::protocol::{
    ClientMessageId, ListedRoom, Member, Message, Number, ReadMarker, Role, Room, RoomId, Seq, Slug, Timestamp, User,
    UserId,
};
use rusqlite::{Row, types::Type};

/// An unsigned number as SQLite keeps it. Clients may name numbers that no row reaches; those become the highest.
pub(super) fn sql(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A column that holds an id, a seq, a number or a count.
pub(super) fn unsigned(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    let value: i64 = row.get(column)?;
    u64::try_from(value).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(column, value))
}

/// `role`
pub(super) fn role(row: &Row<'_>, column: usize) -> rusqlite::Result<Role> {
    match row.get(column)? {
        1_i64 => Ok(Role::Member),
        2 => Ok(Role::Owner),
        _ => Err(rusqlite::Error::FromSqlConversionFailure(
            column,
            Type::Integer,
            "no such role".into(),
        )),
    }
}

/// A role as it is kept.
pub(super) fn sql_role(role: Role) -> i64 {
    match role {
        Role::Member => 1,
        Role::Owner => 2,
    }
}

/// `id, name, changed`
pub(super) fn user(row: &Row<'_>) -> rusqlite::Result<User> {
    Ok(User {
        id: UserId(unsigned(row, 0)?),
        name: row.get(1)?,
        changed: Seq(unsigned(row, 2)?),
    })
}

/// `id, slug, name, topic, members, created_at, changed, large_since IS NOT NULL`
pub(super) fn room(row: &Row<'_>) -> rusqlite::Result<Room> {
    Ok(Room {
        id: RoomId(unsigned(row, 0)?),
        slug: Slug(row.get(1)?),
        name: row.get(2)?,
        topic: row.get(3)?,
        members: unsigned(row, 4)?,
        created_at: Timestamp(row.get(5)?),
        changed: Seq(unsigned(row, 6)?),
        large: row.get(7)?,
    })
}

/// `user_id, role, joined_at, has_left, changed`
pub(super) fn member(row: &Row<'_>) -> rusqlite::Result<Member> {
    Ok(Member {
        user: UserId(unsigned(row, 0)?),
        role: role(row, 1)?,
        joined_at: Timestamp(row.get(2)?),
        left: row.get(3)?,
        changed: Seq(unsigned(row, 4)?),
    })
}

/// `number, changed, author_id, client_message_id, body, posted_at, edited_at, is_deleted`
pub(super) fn message(row: &Row<'_>) -> rusqlite::Result<Message> {
    Ok(Message {
        number: Number(unsigned(row, 0)?),
        changed: Seq(unsigned(row, 1)?),
        author: UserId(unsigned(row, 2)?),
        client_message_id: ClientMessageId(row.get(3)?),
        body: row.get(4)?,
        posted_at: Timestamp(row.get(5)?),
        edited_at: row.get::<_, Option<i64>>(6)?.map(Timestamp),
        deleted: row.get(7)?,
    })
}

/// As [`room`], then `role, head, posts, last_posted_at, number (of the read marker), has_left, changed (of the listing)`
pub(super) fn listed_room(row: &Row<'_>) -> rusqlite::Result<ListedRoom> {
    Ok(ListedRoom {
        room: room(row)?,
        role: role(row, 8)?,
        head: Seq(unsigned(row, 9)?),
        posts: Number(unsigned(row, 10)?),
        last_posted_at: row.get::<_, Option<i64>>(11)?.map(Timestamp),
        read: Number(unsigned(row, 12)?),
        left: row.get(13)?,
        changed: Seq(unsigned(row, 14)?),
    })
}

/// `room_id, number, changed`
pub(super) fn read_marker(row: &Row<'_>) -> rusqlite::Result<ReadMarker> {
    Ok(ReadMarker {
        room: RoomId(unsigned(row, 0)?),
        read: Number(unsigned(row, 1)?),
        changed: Seq(unsigned(row, 2)?),
    })
}
