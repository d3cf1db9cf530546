//! Posting: what several people wrote to one room, in one transaction and two journeys. The first takes the locks and looks up
//! everything, the second writes and commits. What each of them gets is worked out in between by [`Ledger`].

use std::collections::BTreeSet;

use app::protocol::{ClientMessageId, Message, Number, RoomId, Seq, UserId};
use futures::try_join;
use tokio::{sync::oneshot, time::Instant};

use super::{
    database::Database,
    lanes::{Answer, Call},
    ledger::{Before, Fresh, Ledger},
    rows, text,
    transaction::{Transaction, Values},
};
use crate::store::{Posted, Result, StoreError};

/// Posts a group, and answers everybody in it.
pub(super) async fn append(database: &Database, room: RoomId, calls: Vec<Call>, replies: Vec<oneshot::Sender<Answer>>) {
    let (begun, calls) = (Instant::now(), &calls);
    let posting = database.transact(|deed| async move { together(&deed, room, calls).await });
    let answers = match posting.await {
        Ok(answers) => {
            database.meters.committed(calls.len(), begun.elapsed());
            answers
        }
        Err(error) => calls.iter().map(|_| Err(again(&error))).collect(),
    };
    for (reply, answer) in replies.into_iter().zip(answers) {
        // A caller that went away does not hear it; what it asked for is done all the same.
        let _ = reply.send(answer);
    }
}

/// The same error, for each of several.
fn again(error: &StoreError) -> StoreError {
    match error {
        StoreError::Refused => StoreError::Refused,
        StoreError::Conflict(constraint) => StoreError::Conflict(*constraint),
        StoreError::Unavailable(source) => StoreError::Unavailable(source.to_string().into()),
        StoreError::Corrupt { table, detail } => StoreError::Corrupt {
            table,
            detail: detail.clone(),
        },
    }
}

/// One answer for each call, in order, once all of them are durable.
async fn together(deed: &Transaction, room: RoomId, calls: &[Call]) -> Result<Vec<Answer>> {
    let mut ledger = look(deed, room, calls).await?;
    let answers = calls.iter().map(|call| ledger.enter(call)).collect();
    if ledger.fresh.is_empty() {
        deed.commit().await?;
    } else {
        write(deed, &ledger).await?;
    }
    Ok(answers)
}

const LOCK_ROOM: &str = "SELECT posts, head FROM rooms WHERE id = $1 FOR NO KEY UPDATE";
/// Whoever posts under the same id elsewhere at the same time waits here, so that the look behind it finds what they did.
const LOCK_AUTHORS: &str = "SELECT id, head FROM users WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE";
const ROLES: &str = "SELECT user_id, role FROM members WHERE room_id = $1 AND user_id = ANY($2) AND NOT has_left";
const POSTED: &str = "SELECT author_id, client_message_id, room_id, posted_digest, number, posted_at_seq
     FROM unnest($1::bigint[], $2::text[]) AS wanted (author, id)
     JOIN messages ON author_id = wanted.author AND client_message_id = wanted.id";

/// Takes the locks, and looks behind them.
async fn look<'c>(deed: &Transaction, room: RoomId, calls: &'c [Call]) -> Result<Ledger<'c>> {
    let authors: BTreeSet<i64> = calls.iter().map(|call| rows::sql(call.standing.user.0)).collect();
    let authors: Vec<i64> = authors.into_iter().collect();
    let (mut by, mut ids) = (Vec::new(), Vec::new());
    for call in calls {
        for new in &call.messages {
            by.push(rows::sql(call.standing.user.0));
            ids.push(text::sql(&new.client_message_id.0));
        }
    }
    let locked = rows::sql(room.0);
    deed.prepare(&[LOCK_ROOM, LOCK_AUTHORS, ROLES, POSTED]).await?;
    let (in_room, of_authors): (Values<'_>, Values<'_>) = (&[&locked], &[&authors]);
    let (of_members, under_ids): (Values<'_>, Values<'_>) = (&[&locked, &authors], &[&by, &ids]);
    let (newest, heads, roles, posted) = try_join!(
        deed.row(LOCK_ROOM, in_room),
        deed.rows(LOCK_AUTHORS, of_authors),
        deed.rows(ROLES, of_members),
        deed.rows(POSTED, under_ids),
    )?;

    // Where there is no room there is no member either, and everybody is refused.
    let newest = newest.map(|row| place(&row, 0)).transpose()?.unwrap_or(Posted {
        number: Number(0),
        seq: Seq(0),
    });
    let mut ledger = Ledger::new(room, newest);
    for row in &heads {
        let (author, head) = (UserId(rows::unsigned(row, 0)?), Seq(rows::unsigned(row, 1)?));
        ledger.heads.insert(author, head);
    }
    for row in &roles {
        ledger
            .roles
            .insert(UserId(rows::unsigned(row, 0)?), rows::role(row, 1)?);
    }
    for row in &posted {
        let author = UserId(rows::unsigned(row, 0)?);
        let id = ClientMessageId(text::read(rows::get(row, 1)?));
        let before = Before {
            room: RoomId(rows::unsigned(row, 2)?),
            digest: rows::get(row, 3)?,
            posted: place(row, 4)?,
        };
        ledger.posted.insert((author, id), before);
    }
    Ok(ledger)
}

/// `number, seq`, from that column on
fn place(row: &tokio_postgres::Row, column: usize) -> Result<Posted> {
    Ok(Posted {
        number: Number(rows::unsigned(row, column)?),
        seq: Seq(rows::unsigned(row, column + 1)?),
    })
}

const INSERT: &str = "INSERT INTO messages (room_id, number, changed, author_id, client_message_id, posted_at_seq, posted_digest,
         posted_at, edited_at, is_deleted, body)
     SELECT $1::bigint, number, changed, author_id, client_message_id, changed, posted_digest, posted_at, NULL, false, body
     FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::bytea[], $7::bigint[], $8::text[])
         AS fresh (number, changed, author_id, client_message_id, posted_digest, posted_at, body)";
const MOVE_ROOM: &str = "UPDATE rooms SET posts = $2, head = $3, last_posted_at = $4 WHERE id = $1";
const MOVE_AUTHORS: &str =
    "UPDATE users SET head = moved.head FROM unnest($1::bigint[], $2::bigint[]) AS moved (id, head)
     WHERE users.id = moved.id";
const MOVE_MARKERS: &str = "UPDATE read_markers SET number = moved.number, changed = moved.changed
     FROM unnest($2::bigint[], $3::bigint[], $4::bigint[]) AS moved (user_id, number, changed)
     WHERE read_markers.user_id = moved.user_id AND read_markers.room_id = $1";

/// Writes what is fresh, and commits.
async fn write(deed: &Transaction, ledger: &Ledger<'_>) -> Result<()> {
    let messages = || ledger.fresh.iter().map(|fresh| &fresh.message);
    let each = |number: fn(&Message) -> i64| messages().map(number).collect::<Vec<i64>>();
    let numbers = each(|message| rows::sql(message.number.0));
    let seqs = each(|message| rows::sql(message.changed.0));
    let authors = each(|message| rows::sql(message.author.0));
    let times = each(|message| message.posted_at.0);
    let ids: Vec<_> = messages()
        .map(|message| text::sql(&message.client_message_id.0))
        .collect();
    let bodies: Vec<_> = messages().map(|message| text::sql(&message.body)).collect();
    let digests: Vec<&[u8]> = ledger.fresh.iter().map(|Fresh { digest, .. }| &digest[..]).collect();

    let markers = || ledger.markers.iter();
    let readers: Vec<i64> = markers().map(|(reader, _)| rows::sql(reader.0)).collect();
    let read: Vec<i64> = markers().map(|(_, marker)| rows::sql(marker.read.0)).collect();
    let heads: Vec<i64> = markers().map(|(_, marker)| rows::sql(marker.changed.0)).collect();

    let room = rows::sql(ledger.room.0);
    let (posts, head) = (rows::sql(ledger.newest.number.0), rows::sql(ledger.newest.seq.0));
    let last_posted_at = times.last();
    deed.prepare(&[INSERT, MOVE_ROOM, MOVE_AUTHORS, MOVE_MARKERS]).await?;
    let inserted: Values<'_> = &[&room, &numbers, &seqs, &authors, &ids, &digests, &times, &bodies];
    let moved_room: Values<'_> = &[&room, &posts, &head, &last_posted_at];
    let moved_authors: Values<'_> = &[&readers, &heads];
    let moved_markers: Values<'_> = &[&room, &readers, &read, &heads];
    try_join!(
        deed.execute(INSERT, inserted),
        deed.execute(MOVE_ROOM, moved_room),
        deed.execute(MOVE_AUTHORS, moved_authors),
        deed.execute(MOVE_MARKERS, moved_markers),
        deed.commit(),
    )?;
    Ok(())
}
