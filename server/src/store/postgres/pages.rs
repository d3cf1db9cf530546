//! Pages of history.

use app::protocol::{
    Message, Number, Page, RoomId,
    limits::{PAGE_BYTES, PAGE_ROWS},
};

use super::{error, rows, transaction::Transaction, users};
use crate::store::{Result, wire_size::wire_size};

/// Messages that are read at a time: long ones fill a page soon, and what is beyond it would be read for nothing.
const CHUNK: usize = 64;

/// The page that ends just before `before`, or at the newest message.
pub(super) async fn before(snapshot: &Transaction, room: RoomId, before: Option<Number>, limit: usize) -> Result<Page> {
    let posts = posts(snapshot, room).await?;
    let limit = limit.clamp(1, PAGE_ROWS);
    let mut before = before.map_or(i64::MAX, |number| rows::sql(number.0));
    let mut messages: Vec<Message> = Vec::new();
    let mut bytes = 0;
    'page: while messages.len() < limit {
        let wanted = CHUNK.min(limit - messages.len());
        let chunk = chunk(snapshot, room, before, wanted).await?;
        let is_last = chunk.len() < wanted;
        for message in chunk {
            bytes += wire_size(&message);
            if bytes > PAGE_BYTES && !messages.is_empty() {
                break 'page;
            }
            before = rows::sql(message.number.0);
            messages.push(message);
        }
        if is_last {
            break;
        }
    }
    messages.reverse();
    let users = users::profiles(snapshot, messages.iter().map(|message| message.author)).await?;
    Ok(Page { posts, messages, users })
}

/// The newest before that number, the newest of them first.
async fn chunk(snapshot: &Transaction, room: RoomId, before: i64, wanted: usize) -> Result<Vec<Message>> {
    let found = snapshot
        .rows(
            "SELECT number, changed, author_id, client_message_id, body, posted_at, edited_at, is_deleted
             FROM messages WHERE room_id = $1 AND number < $2 ORDER BY number DESC LIMIT $3",
            &[&rows::sql(room.0), &before, &rows::sql(wanted as u64)],
        )
        .await?;
    found.iter().map(rows::message).collect()
}

async fn posts(snapshot: &Transaction, room: RoomId) -> Result<Number> {
    let row = snapshot
        .row("SELECT posts FROM rooms WHERE id = $1", &[&rows::sql(room.0)])
        .await?;
    rows::unsigned(&row.ok_or_else(|| error::missing("rooms"))?, 0).map(Number)
}
