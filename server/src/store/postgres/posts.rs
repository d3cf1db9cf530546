//! Posting: what several people wrote to several rooms, in one transaction and two journeys. The first takes the locks and looks up
//! everything, the second writes and commits. What each of them gets is worked out in between by [`Ledger`].

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use app::protocol::{ClientMessageId, Message, Number, RoomId, Seq, UserId};
use futures::{FutureExt as _, future::BoxFuture, try_join};
use tokio::time::Instant;

use super::{
    database::Database,
    lanes::{Answer, Call, Carrier},
    ledger::{Before, Ledger},
    rows, text,
    transaction::{DEED, HURRIED_DEED, Transaction, Values},
    turns::Manner,
};
use crate::store::{Posted, Result};

impl Carrier for Arc<Database> {
    fn carry<'c>(&'c self, calls: &'c [&'c Call], manner: Manner) -> BoxFuture<'c, Result<Vec<Answer>>> {
        append(self, calls, manner).boxed()
    }
}

async fn append(database: &Database, calls: &[&Call], manner: Manner) -> Result<Vec<Answer>> {
    let begun = Instant::now();
    let begin = match manner {
        Manner::Together => HURRIED_DEED,
        Manner::Alone => DEED,
    };
    let answers = database
        .transact(begin, |deed| async move { together(&deed, calls).await })
        .await?;
    database.meters.committed(calls.len(), begun.elapsed());
    Ok(answers)
}

/// One answer for each call, in order, once all of them are durable.
async fn together(deed: &Transaction, calls: &[&Call]) -> Result<Vec<Answer>> {
    let mut ledger = look(deed, calls).await?;
    let answers = calls.iter().map(|call| ledger.enter(call)).collect();
    if ledger.fresh.is_empty() {
        deed.commit().await?;
    } else {
        write(deed, &ledger).await?;
    }
    Ok(answers)
}

/// Rooms, then authors, each by id, as every deed does: so nodes that post to the same rooms wait for each other in a row, not in a
/// ring.
const LOCK_ROOMS: &str = "SELECT id, posts, head FROM rooms WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE";
/// Whoever posts under the same id elsewhere at the same time waits here, so that the look behind it finds what they did.
const LOCK_AUTHORS: &str = "SELECT id, head FROM users WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE";
pub(super) const ROLES: &str = "SELECT room_id, user_id, role
     FROM unnest($1::bigint[], $2::bigint[]) AS asked (room, person)
     JOIN members ON room_id = asked.room AND user_id = asked.person AND NOT has_left";
pub(super) const POSTED: &str = "SELECT author_id, client_message_id, room_id, posted_digest, number, posted_at_seq
     FROM unnest($1::bigint[], $2::text[]) AS wanted (author, id)
     JOIN messages ON author_id = wanted.author AND client_message_id = wanted.id";

/// Takes the locks, and looks behind them.
async fn look<'c>(deed: &Transaction, calls: &[&'c Call]) -> Result<Ledger<'c>> {
    let standings: BTreeSet<(i64, i64)> = calls
        .iter()
        .map(|call| (rows::sql(call.standing.room.0), rows::sql(call.standing.user.0)))
        .collect();
    let (asked_rooms, asked_people): (Vec<i64>, Vec<i64>) = standings.into_iter().unzip();
    let locked_rooms = each_once(&asked_rooms);
    let authors = each_once(&asked_people);
    let (mut by, mut ids) = (Vec::new(), Vec::new());
    for call in calls {
        for new in &call.messages {
            by.push(rows::sql(call.standing.user.0));
            ids.push(text::sql(&new.client_message_id.0));
        }
    }
    deed.prepare(&[LOCK_ROOMS, LOCK_AUTHORS, ROLES, POSTED]).await?;
    let (in_rooms, of_authors): (Values<'_>, Values<'_>) = (&[&locked_rooms], &[&authors]);
    let (of_members, under_ids): (Values<'_>, Values<'_>) = (&[&asked_rooms, &asked_people], &[&by, &ids]);
    let (places, heads, roles, posted) = try_join!(
        deed.rows(LOCK_ROOMS, in_rooms),
        deed.rows(LOCK_AUTHORS, of_authors),
        deed.rows(ROLES, of_members),
        deed.rows(POSTED, under_ids),
    )?;

    let mut ledger = Ledger::default();
    for row in &places {
        ledger.newest.insert(RoomId(rows::unsigned(row, 0)?), place(row, 1)?);
    }
    for row in &heads {
        let (author, head) = (UserId(rows::unsigned(row, 0)?), Seq(rows::unsigned(row, 1)?));
        ledger.heads.insert(author, head);
    }
    for row in &roles {
        let (room, member) = (RoomId(rows::unsigned(row, 0)?), UserId(rows::unsigned(row, 1)?));
        ledger.roles.insert((room, member), rows::role(row, 2)?);
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

fn each_once(ids: &[i64]) -> Vec<i64> {
    let ids: BTreeSet<i64> = ids.iter().copied().collect();
    ids.into_iter().collect()
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
     SELECT room_id, number, changed, author_id, client_message_id, changed, posted_digest, posted_at, NULL, false, body
     FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::bytea[], $7::bigint[], $8::text[])
         AS fresh (room_id, number, changed, author_id, client_message_id, posted_digest, posted_at, body)";
const MOVE_ROOMS: &str = "UPDATE rooms SET posts = moved.posts, head = moved.head, last_posted_at = moved.posted_at
     FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[]) AS moved (id, posts, head, posted_at)
     WHERE rooms.id = moved.id";
const MOVE_AUTHORS: &str =
    "UPDATE users SET head = moved.head FROM unnest($1::bigint[], $2::bigint[]) AS moved (id, head)
     WHERE users.id = moved.id";
const MOVE_MARKERS: &str = "UPDATE read_markers SET number = moved.number, changed = moved.changed
     FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[]) AS moved (user_id, room_id, number, changed)
     WHERE read_markers.user_id = moved.user_id AND read_markers.room_id = moved.room_id";

/// Writes what is fresh, and commits.
async fn write(deed: &Transaction, ledger: &Ledger<'_>) -> Result<()> {
    let messages = || ledger.fresh.iter().map(|fresh| &fresh.message);
    let each = |number: fn(&Message) -> i64| messages().map(number).collect::<Vec<i64>>();
    let in_rooms: Vec<i64> = ledger.fresh.iter().map(|fresh| rows::sql(fresh.room.0)).collect();
    let numbers = each(|message| rows::sql(message.number.0));
    let seqs = each(|message| rows::sql(message.changed.0));
    let authors = each(|message| rows::sql(message.author.0));
    let times = each(|message| message.posted_at.0);
    let ids: Vec<_> = messages()
        .map(|message| text::sql(&message.client_message_id.0))
        .collect();
    let bodies: Vec<_> = messages().map(|message| text::sql(&message.body)).collect();
    let digests: Vec<&[u8]> = ledger.fresh.iter().map(|fresh| &fresh.digest[..]).collect();

    // The last of each room, whose place the room is at.
    let lasts: BTreeMap<i64, &Message> = in_rooms.iter().copied().zip(messages()).collect();
    let of_lasts = |number: fn(&Message) -> i64| lasts.values().map(|last| number(last)).collect::<Vec<i64>>();
    let moved: Vec<i64> = lasts.keys().copied().collect();
    let posts = of_lasts(|last| rows::sql(last.number.0));
    let heads = of_lasts(|last| rows::sql(last.changed.0));
    let posted_at = of_lasts(|last| last.posted_at.0);

    let markers = || ledger.markers.iter();
    let readers: Vec<i64> = markers().map(|((reader, _), _)| rows::sql(reader.0)).collect();
    let read_rooms: Vec<i64> = markers().map(|((_, room), _)| rows::sql(room.0)).collect();
    let read: Vec<i64> = markers().map(|(_, marker)| rows::sql(marker.read.0)).collect();
    let read_at: Vec<i64> = markers().map(|(_, marker)| rows::sql(marker.changed.0)).collect();
    let owners: BTreeSet<UserId> = markers().map(|((reader, _), _)| *reader).collect();
    let own_heads: Vec<i64> = owners.iter().map(|owner| rows::sql(ledger.heads[owner].0)).collect();
    let owners: Vec<i64> = owners.into_iter().map(|owner| rows::sql(owner.0)).collect();

    deed.prepare(&[INSERT, MOVE_ROOMS, MOVE_AUTHORS, MOVE_MARKERS]).await?;
    let inserted: Values<'_> = &[&in_rooms, &numbers, &seqs, &authors, &ids, &digests, &times, &bodies];
    let moved_rooms: Values<'_> = &[&moved, &posts, &heads, &posted_at];
    let moved_authors: Values<'_> = &[&owners, &own_heads];
    let moved_markers: Values<'_> = &[&readers, &read_rooms, &read, &read_at];
    // As often as not there is none to move, and each statement costs the database something.
    let marking = async {
        if !owners.is_empty() {
            try_join!(
                deed.execute(MOVE_AUTHORS, moved_authors),
                deed.execute(MOVE_MARKERS, moved_markers)
            )?;
        }
        Ok(())
    };
    try_join!(
        deed.execute(INSERT, inserted),
        deed.execute(MOVE_ROOMS, moved_rooms),
        marking,
        deed.commit(),
    )?;
    Ok(())
}
