//! A room's messages by the number of their last change, without an index that every post would have to write.
//!
//! Messages that were never changed again stand in the order of their numbers, for numbers and seqs of posts ascend together:
//! the first of them is found by halving. Those that were changed again have an index of their own.

use app::protocol::{Item, RoomId, Seq};
use rusqlite::{Connection, OptionalExtension};

use super::{changes::collect, rows};
use crate::store::{Result, cut::Kind};

/// Messages that stand as they were posted, behind a number.
pub(super) const AS_POSTED: &str =
    "SELECT number, changed, author_id, client_message_id, body, posted_at, edited_at, is_deleted
     FROM messages WHERE room_id = ?1 AND number > ?2 AND changed = posted_at_seq ORDER BY number";

/// Messages that were edited or deleted, by when that was.
pub(super) const CHANGED_AGAIN: &str =
    "SELECT number, changed, author_id, client_message_id, body, posted_at, edited_at, is_deleted
     FROM messages WHERE room_id = ?1 AND changed > posted_at_seq AND changed > ?2 ORDER BY changed";

/// Those that were posted, and those that were changed again, after `after`.
pub(super) fn after(connection: &Connection, room: RoomId, after: Seq) -> Result<[Kind; 2]> {
    let room = rows::sql(room.0);
    let posted_before = newest_posted_up_to(connection, room, after)?;
    Ok([
        collect(connection, AS_POSTED, &[room, posted_before], |row| {
            rows::message(row).map(Item::Message)
        })?,
        collect(connection, CHANGED_AGAIN, &[room, rows::sql(after.0)], |row| {
            rows::message(row).map(Item::Message)
        })?,
    ])
}

/// The number of the newest message that was posted at `after` or before; 0 when there is none.
fn newest_posted_up_to(connection: &Connection, room: i64, after: Seq) -> Result<i64> {
    let after = rows::sql(after.0);
    let (head, posts): (i64, i64) = connection
        .prepare_cached("SELECT head, posts FROM rooms WHERE id = ?1")?
        .query_row([room], |row| Ok((row.get(0)?, row.get(1)?)))?;
    // Each post takes a seq. So no more of them lie behind `after` than there are seqs, and none before its number: where a room
    // saw little but posts, hardly anything is left to be searched.
    let mut lowest = (posts - (head - after).max(0)).max(0);
    let mut highest = posts.min(after);
    let mut seq_of =
        connection.prepare_cached("SELECT posted_at_seq FROM messages WHERE room_id = ?1 AND number = ?2")?;
    while lowest < highest {
        let middle = lowest + (highest - lowest + 1) / 2;
        let seq: Option<i64> = seq_of.query_row([room, middle], |row| row.get(0)).optional()?;
        if seq.is_some_and(|seq| seq <= after) {
            lowest = middle;
        } else {
            highest = middle - 1;
        }
    }
    Ok(lowest)
}
