//! Pages of history.

use app::protocol::{
    Message, Number, Page, RoomId,
    limits::{PAGE_BYTES, PAGE_ROWS},
};
use rusqlite::Connection;

use super::{rows, users};
use crate::store::{Result, wire_size::wire_size};

/// The page that ends just before `before`, or at the newest message.
pub(super) fn before(connection: &Connection, room: RoomId, before: Option<Number>, limit: usize) -> Result<Page> {
    let posts = posts(connection, room)?;
    let mut statement = connection.prepare_cached(
        "SELECT number, changed, author_id, client_message_id, body, posted_at, edited_at, is_deleted
         FROM messages WHERE room_id = ?1 AND number < ?2 ORDER BY number DESC",
    )?;
    let before = before.map_or(i64::MAX, |number| rows::sql(number.0));
    let limit = limit.clamp(1, PAGE_ROWS);
    let mut messages: Vec<Message> = Vec::new();
    let mut bytes = 0;
    let mut found = statement.query([rows::sql(room.0), before])?;
    while messages.len() < limit
        && let Some(row) = found.next()?
    {
        let message = rows::message(row)?;
        bytes += wire_size(&message);
        if bytes > PAGE_BYTES && !messages.is_empty() {
            break;
        }
        messages.push(message);
    }
    messages.reverse();
    let users = users::profiles(connection, messages.iter().map(|message| message.author))?;
    Ok(Page { posts, messages, users })
}

fn posts(connection: &Connection, room: RoomId) -> Result<Number> {
    let mut statement = connection.prepare_cached("SELECT posts FROM rooms WHERE id = ?1")?;
    Ok(statement.query_row([rows::sql(room.0)], |row| rows::unsigned(row, 0).map(Number))?)
}
