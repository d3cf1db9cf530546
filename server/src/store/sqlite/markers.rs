//! Read markers. They only move forward.

use app::protocol::{Changes, FeedId, Item, Number, ReadMarker, RoomId, UserId};
use rusqlite::{Connection, params};

use super::{heads, rows, standing};
use crate::store::{Committed, Result, Standing};

/// Moves the marker, at most to the newest message.
pub(super) fn mark_read(connection: &Connection, standing: Standing, wished: Number) -> Result<Committed<Number>> {
    standing::check(connection, standing)?;
    let mut statement = connection.prepare_cached(
        "SELECT read_markers.number, rooms.posts FROM read_markers JOIN rooms ON rooms.id = read_markers.room_id
         WHERE read_markers.user_id = ?1 AND read_markers.room_id = ?2",
    )?;
    let (present, newest) = statement.query_row([rows::sql(standing.user.0), rows::sql(standing.room.0)], |row| {
        Ok((Number(rows::unsigned(row, 0)?), Number(rows::unsigned(row, 1)?)))
    })?;
    let number = wished.min(newest);
    if number <= present {
        return Ok(Committed {
            value: present,
            changes: Vec::new(),
        });
    }
    Ok(Committed {
        value: number,
        changes: vec![set(connection, standing.user, standing.room, number)?],
    })
}

/// Sets the marker of a member, under the next seq of their feed. The caller knows that it moves forward.
pub(super) fn set(connection: &Connection, user: UserId, room: RoomId, number: Number) -> Result<Changes> {
    let changed = heads::advance_user(connection, user)?;
    connection
        .prepare_cached("UPDATE read_markers SET number = ?3, changed = ?4 WHERE user_id = ?1 AND room_id = ?2")?
        .execute(params![
            rows::sql(user.0),
            rows::sql(room.0),
            rows::sql(number.0),
            rows::sql(changed.0)
        ])?;
    let marker = ReadMarker {
        room,
        read: number,
        changed,
    };
    Ok(heads::changes(
        FeedId::User(user),
        changed,
        vec![Item::ReadMarker(marker)],
    ))
}
