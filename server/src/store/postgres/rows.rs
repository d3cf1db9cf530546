//! Rows become the protocol's types here and nowhere else. Each function says which columns it expects, in order.

use app::protocol::{
    ClientMessageId, ListedRoom, Member, Message, Number, ReadMarker, Role, Room, RoomId, Seq, Slug, Timestamp, User,
    UserId,
};
use tokio_postgres::{Row, types::FromSql};

use super::{error, text};
use crate::store::Result;

/// An unsigned number as PostgreSQL keeps it. Clients may name numbers that no row reaches; those become the highest.
pub(super) fn sql(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A column of any type.
pub(super) fn get<'r, T: FromSql<'r>>(row: &'r Row, column: usize) -> Result<T> {
    row.try_get(column).map_err(error::corrupt)
}

/// A column that holds an id, a seq, a number or a count.
pub(super) fn unsigned(row: &Row, column: usize) -> Result<u64> {
    let value: i64 = get(row, column)?;
    u64::try_from(value).map_err(error::corrupt)
}

/// A column that people filled.
fn written(row: &Row, column: usize) -> Result<String> {
    get(row, column).map(text::read)
}

/// `role`
pub(super) fn role(row: &Row, column: usize) -> Result<Role> {
    match get(row, column)? {
        1_i16 => Ok(Role::Member),
        2 => Ok(Role::Owner),
        other => Err(error::corrupt(format!("no such role: {other}"))),
    }
}

/// A role as it is kept.
pub(super) fn sql_role(role: Role) -> i16 {
    match role {
        Role::Member => 1,
        Role::Owner => 2,
    }
}

/// `id, name, changed`
pub(super) fn user(row: &Row) -> Result<User> {
    Ok(User {
        id: UserId(unsigned(row, 0)?),
        name: written(row, 1)?,
        changed: Seq(unsigned(row, 2)?),
    })
}

/// `id, slug, name, topic, members, created_at, changed, large_since IS NOT NULL`
pub(super) fn room(row: &Row) -> Result<Room> {
    Ok(Room {
        id: RoomId(unsigned(row, 0)?),
        slug: Slug(written(row, 1)?),
        name: written(row, 2)?,
        topic: written(row, 3)?,
        members: unsigned(row, 4)?,
        created_at: Timestamp(get(row, 5)?),
        changed: Seq(unsigned(row, 6)?),
        large: get(row, 7)?,
    })
}

/// `user_id, role, joined_at, has_left, changed`
pub(super) fn member(row: &Row) -> Result<Member> {
    Ok(Member {
        user: UserId(unsigned(row, 0)?),
        role: role(row, 1)?,
        joined_at: Timestamp(get(row, 2)?),
        left: get(row, 3)?,
        changed: Seq(unsigned(row, 4)?),
    })
}

/// `number, changed, author_id, client_message_id, body, posted_at, edited_at, is_deleted`
pub(super) fn message(row: &Row) -> Result<Message> {
    Ok(Message {
        number: Number(unsigned(row, 0)?),
        changed: Seq(unsigned(row, 1)?),
        author: UserId(unsigned(row, 2)?),
        client_message_id: ClientMessageId(written(row, 3)?),
        body: written(row, 4)?,
        posted_at: Timestamp(get(row, 5)?),
        edited_at: get::<Option<i64>>(row, 6)?.map(Timestamp),
        deleted: get(row, 7)?,
    })
}

/// As [`room`], then `role, head, posts, last_posted_at, number (of the read marker), has_left, changed (of the listing)`
pub(super) fn listed_room(row: &Row) -> Result<ListedRoom> {
    Ok(ListedRoom {
        room: room(row)?,
        role: role(row, 8)?,
        head: Seq(unsigned(row, 9)?),
        posts: Number(unsigned(row, 10)?),
        last_posted_at: get::<Option<i64>>(row, 11)?.map(Timestamp),
        read: Number(unsigned(row, 12)?),
        left: get(row, 13)?,
        changed: Seq(unsigned(row, 14)?),
    })
}

/// `room_id, number, changed`
pub(super) fn read_marker(row: &Row) -> Result<ReadMarker> {
    Ok(ReadMarker {
        room: RoomId(unsigned(row, 0)?),
        read: Number(unsigned(row, 1)?),
        changed: Seq(unsigned(row, 2)?),
    })
}
