//! Public profiles.

use std::collections::BTreeSet;

use app::protocol::{FeedId, Item, User, UserId};
use rusqlite::{Connection, OptionalExtension, params};

use super::{heads, rows};
use crate::store::{Committed, Constraint, NewUser, Result, StoreError};

/// The profile, if there is such a person.
pub(super) fn find(connection: &Connection, user: UserId) -> Result<Option<User>> {
    let mut statement = connection.prepare_cached("SELECT id, name, changed FROM users WHERE id = ?1")?;
    Ok(statement.query_row([rows::sql(user.0)], rows::user).optional()?)
}

/// `Conflict(NoSuchUser)`, unless there is such a person.
pub(super) fn check_exists(connection: &Connection, user: UserId) -> Result<()> {
    find(connection, user)?
        .map(|_| ())
        .ok_or(StoreError::Conflict(Constraint::NoSuchUser))
}

/// The profiles of those that exist, ascending and each once.
pub(super) fn profiles(connection: &Connection, users: impl IntoIterator<Item = UserId>) -> Result<Vec<User>> {
    let mut found = Vec::new();
    for user in users.into_iter().collect::<BTreeSet<_>>() {
        found.extend(find(connection, user)?);
    }
    Ok(found)
}

/// Whether nobody has signed up yet.
pub(super) fn is_empty(connection: &Connection) -> Result<bool> {
    let mut statement = connection.prepare_cached("SELECT NOT EXISTS (SELECT 1 FROM users)")?;
    Ok(statement.query_row([], |row| row.get(0))?)
}

/// Adds a person, under the next seq of the community feed.
pub(super) fn add(connection: &Connection, user: &NewUser) -> Result<User> {
    let changed = heads::advance_community(connection)?;
    let mut statement = connection.prepare_cached(
        "INSERT INTO users (name, created_at, head, changed) VALUES (?1, ?2, 0, ?3) RETURNING id, name, changed",
    )?;
    Ok(statement.query_row(params![user.name, user.now.0, rows::sql(changed.0)], rows::user)?)
}

/// Changes the name. The name that it is already changes nothing.
pub(super) fn rename(connection: &Connection, user: UserId, name: &str) -> Result<Committed<()>> {
    let present = find(connection, user)?.ok_or(StoreError::Conflict(Constraint::NoSuchUser))?;
    if present.name == name {
        return Ok(Committed {
            value: (),
            changes: Vec::new(),
        });
    }
    let changed = heads::advance_community(connection)?;
    let mut statement = connection
        .prepare_cached("UPDATE users SET name = ?2, changed = ?3 WHERE id = ?1 RETURNING id, name, changed")?;
    let user = statement.query_row(params![rows::sql(user.0), name, rows::sql(changed.0)], rows::user)?;
    let changes = vec![heads::changes(FeedId::Community, changed, vec![Item::User(user)])];
    Ok(Committed { value: (), changes })
}
