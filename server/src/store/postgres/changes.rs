//! The rows of a feed by the number of their last change. Each kind of row is read by an index of its own, so that it costs
//! what differs and not what happened.

use app::protocol::{Changes, FeedId, Item, RoomId, Seq, UserId};
use futures::try_join;
use tokio_postgres::Row;

use super::{error, heads, rooms, rows, transaction::Transaction};
use crate::store::{
    Result, StoreError,
    cut::{self, Kind},
};

/// Rows of one kind that are read at a time: rows that were written together are never parted, and what is beyond a page would
/// be read for nothing.
const CHUNK: i64 = 128;

/// Every row after `after`, as much as fits; `None` when there is no such feed. Member rows are among them however large the
/// room is: `feed` must see removals.
pub(super) async fn between(transaction: &Transaction, feed: FeedId, after: Seq) -> Result<Option<Changes>> {
    read(transaction, feed, after, true).await
}

/// The same for a reader's eyes: large rooms carry no member rows.
pub(super) async fn for_reader(snapshot: &Transaction, feed: FeedId, after: Seq) -> Result<Option<Changes>> {
    let names_members = match feed {
        FeedId::Room(room) => large_since(snapshot, room).await?.is_none(),
        FeedId::User(_) | FeedId::Community => true,
    };
    read(snapshot, feed, after, names_members).await
}

async fn read(transaction: &Transaction, feed: FeedId, after: Seq, names_members: bool) -> Result<Option<Changes>> {
    let Some(head) = heads::head(transaction, feed).await? else {
        return Ok(None);
    };
    if after >= head {
        return Ok(Some(Changes {
            feed,
            after,
            to: after,
            items: Vec::new(),
        }));
    }
    let kinds = match feed {
        FeedId::Room(room) => of_room(transaction, room, after, names_members).await?,
        FeedId::User(user) => of_user(transaction, user, after).await?,
        FeedId::Community => vec![profiles(transaction, after).await?],
    };
    let (items, to) = cut::merge(kinds, head);
    Ok(Some(Changes { feed, after, to, items }))
}

/// What the transaction at hand wrote under `seq`, which is the head of that feed.
pub(super) async fn under(deed: &Transaction, feed: FeedId, seq: Seq) -> Result<Changes> {
    let changes = between(deed, feed, Seq(seq.0 - 1)).await?;
    changes.ok_or_else(|| StoreError::Corrupt {
        table: "feeds",
        detail: format!("no feed {feed}"),
    })
}

/// The seq from which on the room's feed has carried no member rows, if it has become so large.
pub(super) async fn large_since(snapshot: &Transaction, room: RoomId) -> Result<Option<Seq>> {
    let row = snapshot
        .row("SELECT large_since FROM rooms WHERE id = $1", &[&rows::sql(room.0)])
        .await?;
    let since: Option<i64> = rows::get(&row.ok_or_else(|| error::missing("rooms"))?, 0)?;
    Ok(since.map(|since| Seq(since.unsigned_abs())))
}

async fn of_room(transaction: &Transaction, room: RoomId, after: Seq, names_members: bool) -> Result<Vec<Kind>> {
    let wanted = rows::sql(room.0);
    let (messages, members, room) = try_join!(
        collect(transaction, MESSAGES, wanted, after, |row| rows::message(row)
            .map(Item::Message)),
        async {
            if names_members {
                collect(transaction, MEMBERS, wanted, after, |row| {
                    rows::member(row).map(Item::Member)
                })
                .await
            } else {
                Ok(Kind::default())
            }
        },
        rooms::get(transaction, room),
    )?;
    let mut own_row = Kind::default();
    if room.changed > after {
        own_row.take(Item::Room(room));
    }
    Ok(vec![messages, members, own_row])
}

async fn of_user(transaction: &Transaction, user: UserId, after: Seq) -> Result<Vec<Kind>> {
    let wanted = rows::sql(user.0);
    let (listed_rooms, read_markers) = try_join!(
        collect(transaction, LISTED_ROOMS, wanted, after, |row| rows::listed_room(row)
            .map(Item::ListedRoom)),
        collect(transaction, READ_MARKERS, wanted, after, |row| rows::read_marker(row)
            .map(Item::ReadMarker)),
    )?;
    Ok(vec![listed_rooms, read_markers])
}

async fn profiles(transaction: &Transaction, after: Seq) -> Result<Kind> {
    collect(transaction, PROFILES, 0, after, |row| rows::user(row).map(Item::User)).await
}

/// Takes rows of one kind until a page is full of them.
async fn collect(
    transaction: &Transaction,
    statement: &'static str,
    wanted: i64,
    after: Seq,
    read: fn(&Row) -> Result<Item>,
) -> Result<Kind> {
    let mut kind = Kind::default();
    let mut after = after;
    loop {
        let found = transaction
            .rows(statement, &[&wanted, &rows::sql(after.0), &CHUNK])
            .await?;
        for row in &found {
            let item = read(row)?;
            after = item.changed();
            if !kind.take(item) {
                return Ok(kind);
            }
        }
        if (found.len() as i64) < CHUNK {
            return Ok(kind);
        }
    }
}

// `WITH TIES`: rows of one seq come together, so the next ones can be asked for behind it.

pub(super) const MESSAGES: &str =
    "SELECT number, changed, author_id, client_message_id, body, posted_at, edited_at, is_deleted
     FROM messages WHERE room_id = $1 AND changed > $2 ORDER BY changed FETCH FIRST $3 ROWS WITH TIES";

pub(super) const MEMBERS: &str = "SELECT user_id, role, joined_at, has_left, changed
     FROM members WHERE room_id = $1 AND changed > $2 ORDER BY changed FETCH FIRST $3 ROWS WITH TIES";

pub(super) const LISTED_ROOMS: &str =
    "SELECT rooms.id, rooms.slug, rooms.name, rooms.topic, rooms.members, rooms.created_at, rooms.changed,
         rooms.large_since IS NOT NULL, members.role, rooms.head, rooms.posts, rooms.last_posted_at,
         read_markers.number, listings.has_left, listings.changed
     FROM listings
     JOIN rooms ON rooms.id = listings.room_id
     JOIN members ON members.room_id = listings.room_id AND members.user_id = listings.user_id
     JOIN read_markers ON read_markers.room_id = listings.room_id AND read_markers.user_id = listings.user_id
     WHERE listings.user_id = $1 AND listings.changed > $2 ORDER BY listings.changed FETCH FIRST $3 ROWS WITH TIES";

pub(super) const READ_MARKERS: &str = "SELECT room_id, number, changed
     FROM read_markers WHERE user_id = $1 AND changed > $2 ORDER BY changed FETCH FIRST $3 ROWS WITH TIES";

/// There is one community; it is asked with 0.
pub(super) const PROFILES: &str = "SELECT id, name, changed
     FROM users WHERE $1 = 0::bigint AND changed > $2 ORDER BY changed FETCH FIRST $3 ROWS WITH TIES";
