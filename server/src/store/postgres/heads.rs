//! The heads of the feeds. A transaction moves each head that it touches by one, and writes its rows with the new head. To move a
//! head is to hold its lock until the commit.

use std::collections::BTreeSet;

use app::protocol::{Changes, FeedId, Item, RoomId, Seq, UserId};

use super::{database::Database, error, rows, transaction::Transaction};
use crate::store::{Constraint, Result, StoreError};

const ROOM: &str = "SELECT head FROM rooms WHERE id = $1";
const USER: &str = "SELECT head FROM users WHERE id = $1";
const COMMUNITY: &str = "SELECT head FROM community WHERE $1 = 0::bigint";

/// What to ask for a feed's head, and with which id. The community has none; it is asked with 0.
fn question(feed: FeedId) -> (&'static str, i64) {
    match feed {
        FeedId::Room(room) => (ROOM, rows::sql(room.0)),
        FeedId::User(user) => (USER, rows::sql(user.0)),
        FeedId::Community => (COMMUNITY, 0),
    }
}

/// The feed's head, if there is such a feed.
pub(super) async fn head(transaction: &Transaction, feed: FeedId) -> Result<Option<Seq>> {
    let (question, id) = question(feed);
    let row = transaction.row(question, &[&id]).await?;
    row.map(|row| rows::unsigned(&row, 0).map(Seq)).transpose()
}

/// The same by itself.
pub(super) async fn ask(database: &Database, feed: FeedId) -> Result<Option<Seq>> {
    let (question, id) = question(feed);
    let rows = database.ask(question, &[&id]).await?;
    rows.first().map(|row| rows::unsigned(row, 0).map(Seq)).transpose()
}

/// The heads of those feeds that exist, ascending by feed, each once: one statement, so one snapshot.
pub(super) async fn of_all(database: &Database, feeds: &[FeedId]) -> Result<Vec<(FeedId, Seq)>> {
    let (mut rooms, mut users, mut community) = (BTreeSet::new(), BTreeSet::new(), false);
    for feed in feeds {
        match feed {
            FeedId::Room(room) => drop(rooms.insert(rows::sql(room.0))),
            FeedId::User(user) => drop(users.insert(rows::sql(user.0))),
            FeedId::Community => community = true,
        }
    }
    let rooms: Vec<i64> = rooms.into_iter().collect();
    let users: Vec<i64> = users.into_iter().collect();
    let found = database
        .ask(
            "SELECT 0, id, head FROM rooms WHERE id = ANY($1)
             UNION ALL SELECT 1, id, head FROM users WHERE id = ANY($2)
             UNION ALL SELECT 2, 0, head FROM community WHERE $3
             ORDER BY 1, 2",
            &[&rooms, &users, &community],
        )
        .await?;
    let read = |row: &tokio_postgres::Row| {
        let id = rows::unsigned(row, 1)?;
        let feed = match rows::get::<i32>(row, 0)? {
            0 => FeedId::Room(RoomId(id)),
            1 => FeedId::User(UserId(id)),
            _ => FeedId::Community,
        };
        Ok((feed, Seq(rows::unsigned(row, 2)?)))
    };
    found.iter().map(read).collect()
}

const LOCK_ROOM: &str = "SELECT 1 FROM rooms WHERE id = $1 FOR NO KEY UPDATE";
const LOCK_USER: &str = "SELECT 1 FROM users WHERE id = $1 FOR NO KEY UPDATE";

/// Takes a room's lock, if there is such a room: what is looked at behind it stays so.
pub(super) async fn lock_room(transaction: &Transaction, room: RoomId) -> Result<Option<()>> {
    let row = transaction.row(LOCK_ROOM, &[&rows::sql(room.0)]).await?;
    Ok(row.map(drop))
}

/// Takes the lock of a person's feed. `Conflict(NoSuchUser)`.
pub(super) async fn lock_user(transaction: &Transaction, user: UserId) -> Result<()> {
    let row = transaction.row(LOCK_USER, &[&rows::sql(user.0)]).await?;
    row.map(drop).ok_or(StoreError::Conflict(Constraint::NoSuchUser))
}

/// Takes the next seq of a room that exists.
pub(super) async fn advance_room(transaction: &Transaction, room: RoomId) -> Result<Seq> {
    let row = transaction
        .row(
            "UPDATE rooms SET head = head + 1 WHERE id = $1 RETURNING head",
            &[&rows::sql(room.0)],
        )
        .await?;
    rows::unsigned(&row.ok_or_else(|| error::missing("rooms"))?, 0).map(Seq)
}

/// Takes the next seq of a person's feed. `Conflict(NoSuchUser)`.
pub(super) async fn advance_user(transaction: &Transaction, user: UserId) -> Result<Seq> {
    let row = transaction
        .row(
            "UPDATE users SET head = head + 1 WHERE id = $1 RETURNING head",
            &[&rows::sql(user.0)],
        )
        .await?;
    rows::unsigned(&row.ok_or(StoreError::Conflict(Constraint::NoSuchUser))?, 0).map(Seq)
}

/// Takes the next seq of the community feed.
pub(super) async fn advance_community(transaction: &Transaction) -> Result<Seq> {
    let row = transaction
        .row("UPDATE community SET head = head + 1 RETURNING head", &[])
        .await?;
    rows::unsigned(&row.ok_or_else(|| error::missing("community"))?, 0).map(Seq)
}

/// What a transaction changed in one feed: everything that it wrote there with the seq `to`.
pub(super) fn changes(feed: FeedId, to: Seq, items: Vec<Item>) -> Changes {
    Changes {
        feed,
        after: Seq(to.0 - 1),
        to,
        items,
    }
}
