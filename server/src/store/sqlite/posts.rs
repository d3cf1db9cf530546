//! Posting. Everything is looked up before anything is written: a post that is refused has changed nothing.

use app::protocol::{Changes, FeedId, Item, Message, Number, Seq, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

use super::{markers, rows, standing};
use crate::store::{
    Committed, Constraint, NewMessage, OwnMarker, PostResult, Posted, Result, Standing,
    digest::{BodyDigest, digest},
};

/// What becomes of one message.
enum Verdict {
    /// It was posted before, or its id stands for something else.
    Known(PostResult),
    /// It is this one of the fresh ones.
    Fresh(usize),
}

/// A message that was not posted before.
struct Fresh {
    new: NewMessage,
    digest: BodyDigest,
}

/// Appends messages of one person to one room, in order, under the room's next numbers and seqs.
pub(super) fn append(
    connection: &Connection,
    standing: Standing,
    messages: Vec<NewMessage>,
    own_marker: OwnMarker,
) -> Result<Committed<Vec<PostResult>>> {
    standing::check(connection, standing)?;
    let (verdicts, fresh) = judge(connection, standing, messages)?;
    let (posted, changes) = write(connection, standing, fresh, own_marker)?;
    let value = verdicts.into_iter().map(|verdict| match verdict {
        Verdict::Known(result) => result,
        Verdict::Fresh(index) => Ok(posted[index]),
    });
    Ok(Committed {
        value: value.collect(),
        changes,
    })
}

/// Tells retries from messages that are new; a retry's first try may stand right before it.
fn judge(connection: &Connection, standing: Standing, messages: Vec<NewMessage>) -> Result<(Vec<Verdict>, Vec<Fresh>)> {
    let mut verdicts = Vec::with_capacity(messages.len());
    let mut fresh: Vec<Fresh> = Vec::with_capacity(messages.len());
    for new in messages {
        let digest = digest(&new.body);
        let before = fresh
            .iter()
            .position(|earlier| earlier.new.client_message_id == new.client_message_id);
        let verdict = match before {
            Some(index) if fresh[index].digest == digest => Verdict::Fresh(index),
            Some(_) => Verdict::Known(Err(Constraint::IdReused)),
            None => match posted_before(connection, standing, &new, digest)? {
                Some(result) => Verdict::Known(result),
                None => {
                    fresh.push(Fresh { new, digest });
                    Verdict::Fresh(fresh.len() - 1)
                }
            },
        };
        verdicts.push(verdict);
    }
    Ok((verdicts, fresh))
}

/// How this message was answered, if it was posted before.
fn posted_before(
    connection: &Connection,
    standing: Standing,
    new: &NewMessage,
    digest: BodyDigest,
) -> Result<Option<PostResult>> {
    let mut statement = connection.prepare_cached(
        "SELECT number, posted_at_seq, room_id = ?3 AND posted_digest = ?4 FROM messages
         WHERE author_id = ?1 AND client_message_id = ?2",
    )?;
    let wanted = params![
        rows::sql(standing.user.0),
        new.client_message_id.0,
        rows::sql(standing.room.0),
        digest
    ];
    let found = statement.query_row(wanted, |row| {
        let posted = Posted {
            number: Number(rows::unsigned(row, 0)?),
            seq: Seq(rows::unsigned(row, 1)?),
        };
        let same: bool = row.get(2)?;
        Ok(if same { Ok(posted) } else { Err(Constraint::IdReused) })
    });
    Ok(found.optional()?)
}

/// Writes what is fresh, and moves the author's read marker to the last of it, if it is to.
fn write(
    connection: &Connection,
    standing: Standing,
    fresh: Vec<Fresh>,
    own_marker: OwnMarker,
) -> Result<(Vec<Posted>, Vec<Changes>)> {
    let Some(newest) = fresh.last() else {
        return Ok((Vec::new(), Vec::new()));
    };
    let before = advance(connection, standing, fresh.len() as u64, newest.new.now)?;
    let (mut last, mut posted, mut items) = (before, Vec::new(), Vec::new());
    for Fresh { new, digest } in fresh {
        last = Posted {
            number: last.number.next(),
            seq: last.seq.next(),
        };
        let message = Message {
            number: last.number,
            changed: last.seq,
            author: standing.user,
            client_message_id: new.client_message_id,
            body: new.body,
            posted_at: new.now,
            edited_at: None,
            deleted: false,
        };
        insert(connection, standing, &message, digest)?;
        posted.push(last);
        items.push(Item::Message(message));
    }
    let shared = Changes {
        feed: FeedId::Room(standing.room),
        after: before.seq,
        to: last.seq,
        items,
    };
    let mut changes = vec![shared];
    if own_marker == OwnMarker::Moves {
        changes.push(markers::set(connection, standing.user, standing.room, last.number)?);
    }
    Ok((posted, changes))
}

/// Takes the room's next places, as many as there are messages. Gives the one before the first of them.
fn advance(connection: &Connection, standing: Standing, messages: u64, now: Timestamp) -> Result<Posted> {
    let room = rows::sql(standing.room.0);
    // Two statements, not `RETURNING`: for that SQLite makes a temporary table each time.
    let before = connection
        .prepare_cached("SELECT posts, head FROM rooms WHERE id = ?1")?
        .query_row([room], |row| {
            Ok(Posted {
                number: Number(rows::unsigned(row, 0)?),
                seq: Seq(rows::unsigned(row, 1)?),
            })
        })?;
    connection
        .prepare_cached("UPDATE rooms SET head = head + ?2, posts = posts + ?2, last_posted_at = ?3 WHERE id = ?1")?
        .execute(params![room, rows::sql(messages), now.0])?;
    Ok(before)
}

fn insert(connection: &Connection, standing: Standing, message: &Message, digest: BodyDigest) -> Result<()> {
    let seq = rows::sql(message.changed.0);
    connection
        .prepare_cached(
            "INSERT INTO messages (room_id, number, changed, author_id, client_message_id, posted_at_seq, posted_digest,
                 posted_at, edited_at, is_deleted, body)
             VALUES (?1, ?2, ?3, ?4, ?5, ?3, ?6, ?7, NULL, 0, ?8)",
        )?
        .execute(params![
            rows::sql(standing.room.0),
            rows::sql(message.number.0),
            seq,
            rows::sql(message.author.0),
            message.client_message_id.0,
            digest,
            message.posted_at.0,
            message.body,
        ])?;
    Ok(())
}
