//! Public profiles.

use std::collections::BTreeSet;

use app::protocol::{FeedId, Item, Seq, User, UserId};

use super::{database::Database, error, heads, rows, text, transaction::Transaction};
use crate::store::{Committed, Constraint, NewUser, Result, StoreError};

const PROFILES: &str = "SELECT id, name, changed FROM users WHERE id = ANY($1) ORDER BY id";

fn ids(users: impl IntoIterator<Item = UserId>) -> Vec<i64> {
    let users: BTreeSet<_> = users.into_iter().map(|user| rows::sql(user.0)).collect();
    users.into_iter().collect()
}

/// The profiles of those that exist, ascending and each once.
pub(super) async fn profiles(transaction: &Transaction, users: impl IntoIterator<Item = UserId>) -> Result<Vec<User>> {
    let users = ids(users);
    if users.is_empty() {
        return Ok(Vec::new());
    }
    let found = transaction.rows(PROFILES, &[&users]).await?;
    found.iter().map(rows::user).collect()
}

/// The same by themselves.
pub(super) async fn ask(database: &Database, users: &[UserId]) -> Result<Vec<User>> {
    let found = database.ask(PROFILES, &[&ids(users.iter().copied())]).await?;
    found.iter().map(rows::user).collect()
}

/// `Conflict(NoSuchUser)`, unless there is such a person.
pub(super) async fn check_exists(transaction: &Transaction, user: UserId) -> Result<()> {
    let found = profiles(transaction, [user]).await?;
    found
        .first()
        .map(|_| ())
        .ok_or(StoreError::Conflict(Constraint::NoSuchUser))
}

/// Whether nobody has signed up yet. True only under the community's lock.
pub(super) async fn is_empty(transaction: &Transaction) -> Result<bool> {
    let row = transaction.row("SELECT NOT EXISTS (SELECT 1 FROM users)", &[]).await?;
    rows::get(&row.ok_or_else(|| error::missing("users"))?, 0)
}

/// Adds a person whose own feed begins with that head, under that seq of the community feed.
pub(super) async fn add(transaction: &Transaction, user: &NewUser, head: Seq, changed: Seq) -> Result<User> {
    let row = transaction
        .row(
            "INSERT INTO users (name, created_at, head, changed) VALUES ($1, $2, $3, $4) RETURNING id, name, changed",
            &[
                &text::sql(&user.name),
                &user.now.0,
                &rows::sql(head.0),
                &rows::sql(changed.0),
            ],
        )
        .await?;
    rows::user(&row.ok_or_else(|| error::missing("users"))?)
}

/// Changes the name. The name that it is already changes nothing.
pub(super) async fn rename(transaction: &Transaction, user: UserId, name: &str) -> Result<Committed<()>> {
    let present = transaction
        .row(
            "SELECT id, name, changed FROM users WHERE id = $1 FOR NO KEY UPDATE",
            &[&rows::sql(user.0)],
        )
        .await?
        .ok_or(StoreError::Conflict(Constraint::NoSuchUser))?;
    if rows::user(&present)?.name == name {
        return Ok(Committed {
            value: (),
            changes: Vec::new(),
        });
    }
    let changed = heads::advance_community(transaction).await?;
    let row = transaction
        .row(
            "UPDATE users SET name = $2, changed = $3 WHERE id = $1 RETURNING id, name, changed",
            &[&rows::sql(user.0), &text::sql(name), &rows::sql(changed.0)],
        )
        .await?;
    let user = rows::user(&row.ok_or_else(|| error::missing("users"))?)?;
    let changes = vec![heads::changes(FeedId::Community, changed, vec![Item::User(user)])];
    Ok(Committed { value: (), changes })
}
