//! Posting. Whether it is allowed is looked up before anything is written: a post that is refused has changed nothing.

use app::protocol::{Changes, FeedId, Item, Message, Number, Seq};
use rusqlite::{Connection, params};

use super::{markers, rows, standing};
use crate::store::{
    Committed, Constraint, NewMessage, OwnMarker, PostResult, Posted, Result, Standing,
    digest::{BodyDigest, digest},
};

/// Appends messages of one person to one room, in order, under the room's next numbers and seqs, and moves the author's read
/// marker to the last of them, if it is to. A message that was posted before, perhaps right before it, gets the answer of then.
pub(super) fn append(
    connection: &Connection,
    standing: Standing,
    messages: Vec<NewMessage>,
    own_marker: OwnMarker,
) -> Result<Committed<Vec<PostResult>>> {
    standing::check(connection, standing)?;
    let before = newest(connection, standing)?;
    let (mut last, mut value, mut items) = (before, Vec::with_capacity(messages.len()), Vec::new());
    for new in messages {
        let place = Posted {
            number: last.number.next(),
            seq: last.seq.next(),
        };
        let digest = digest(&new.body);
        let message = Message {
            number: place.number,
            changed: place.seq,
            author: standing.user,
            client_message_id: new.client_message_id,
            body: new.body,
            posted_at: new.now,
            edited_at: None,
            deleted: false,
        };
        if insert(connection, standing, &message, digest)? {
            last = place;
            value.push(Ok(place));
            items.push(message);
        } else {
            value.push(posted_before(connection, standing, &message, digest)?);
        }
    }
    let changes = match items.last() {
        Some(newest) => {
            advance(connection, standing, newest)?;
            let shared = Changes {
                feed: FeedId::Room(standing.room),
                after: before.seq,
                to: last.seq,
                items: items.into_iter().map(Item::Message).collect(),
            };
            let own = own_marker
                .moves_on_from(before.number)
                .then(|| markers::set(connection, standing.user, standing.room, last.number))
                .transpose()?;
            [Some(shared), own].into_iter().flatten().collect()
        }
        None => Vec::new(),
    };
    Ok(Committed { value, changes })
}

/// The place that the room's newest message took.
fn newest(connection: &Connection, standing: Standing) -> Result<Posted> {
    let mut statement = connection.prepare_cached("SELECT posts, head FROM rooms WHERE id = ?1")?;
    Ok(statement.query_row([rows::sql(standing.room.0)], |row| {
        Ok(Posted {
            number: Number(rows::unsigned(row, 0)?),
            seq: Seq(rows::unsigned(row, 1)?),
        })
    })?)
}

/// Whether it is there now: not when its author used its id before.
fn insert(connection: &Connection, standing: Standing, message: &Message, digest: BodyDigest) -> Result<bool> {
    let inserted = connection
        .prepare_cached(
            "INSERT INTO messages (room_id, number, changed, author_id, client_message_id, posted_at_seq, posted_digest,
                 posted_at, edited_at, is_deleted, body)
             VALUES (?1, ?2, ?3, ?4, ?5, ?3, ?6, ?7, NULL, 0, ?8)
             ON CONFLICT (author_id, client_message_id) DO NOTHING",
        )?
        .execute(params![
            rows::sql(standing.room.0),
            rows::sql(message.number.0),
            rows::sql(message.changed.0),
            rows::sql(message.author.0),
            message.client_message_id.0,
            digest,
            message.posted_at.0,
            message.body,
        ])?;
    Ok(inserted == 1)
}

/// How the message was answered that bears this one's id.
fn posted_before(
    connection: &Connection,
    standing: Standing,
    message: &Message,
    digest: BodyDigest,
) -> Result<PostResult> {
    let mut statement = connection.prepare_cached(
        "SELECT number, posted_at_seq, room_id = ?3 AND posted_digest = ?4 FROM messages
         WHERE author_id = ?1 AND client_message_id = ?2",
    )?;
    let wanted = params![
        rows::sql(standing.user.0),
        message.client_message_id.0,
        rows::sql(standing.room.0),
        digest
    ];
    Ok(statement.query_row(wanted, |row| {
        let posted = Posted {
            number: Number(rows::unsigned(row, 0)?),
            seq: Seq(rows::unsigned(row, 1)?),
        };
        let same: bool = row.get(2)?;
        Ok(if same { Ok(posted) } else { Err(Constraint::IdReused) })
    })?)
}

/// The room's newest message is this one.
fn advance(connection: &Connection, standing: Standing, newest: &Message) -> Result<()> {
    connection
        .prepare_cached("UPDATE rooms SET posts = ?2, head = ?3, last_posted_at = ?4 WHERE id = ?1")?
        .execute(params![
            rows::sql(standing.room.0),
            rows::sql(newest.number.0),
            rows::sql(newest.changed.0),
            newest.posted_at.0
        ])?;
    Ok(())
}
