//! Sign-ins.

use std::sync::Arc;

use app::protocol::{FeedId, Item, Role, Timestamp, User, UserId};
use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, params};

use super::{SqliteStore, changes, heads, members, rooms, rows, users};
use crate::store::{
    Committed, Constraint, NewSession, NewUser, Result, SessionId, SessionStore, SignedInUser, StoreError, TokenHash,
};

#[async_trait]
impl SessionStore for SqliteStore {
    async fn sign_up(&self, user: NewUser, session: NewSession) -> Result<Committed<User>> {
        self.change(move |connection| sign_up(connection, &user, session)).await
    }

    async fn session(&self, token: &TokenHash) -> Result<Option<SignedInUser>> {
        if let Some(known) = self.known.session(token) {
            return Ok(Some(known));
        }
        let (token, now) = (*token, self.known.now());
        let found = self.read(move |connection| find(connection, token)).await?;
        if let Some(found) = &found {
            self.known.learn_session(now, token, found);
        }
        Ok(found)
    }

    async fn end_session(&self, session: SessionId) -> Result<()> {
        let known = Arc::clone(&self.known);
        self.write_then(
            move |connection| end(connection, session),
            move |()| known.session_ended(session),
        )
        .await
    }

    async fn live_sessions(&self, sessions: &[SessionId]) -> Result<Vec<SessionId>> {
        if self.known.are_live(sessions) {
            return Ok(sessions.to_vec());
        }
        let sessions = sessions.to_vec();
        self.read(move |connection| live(connection, &sessions)).await
    }

    async fn rename_user(&self, user: UserId, name: String) -> Result<Committed<()>> {
        self.change(move |connection| users::rename(connection, user, &name))
            .await
    }

    async fn users(&self, users: &[UserId]) -> Result<Vec<User>> {
        let users = users.to_vec();
        self.read(move |connection| users::profiles(connection, users)).await
    }
}

fn sign_up(connection: &Connection, user: &NewUser, session: NewSession) -> Result<Committed<User>> {
    if find(connection, session.token)?.is_some() {
        return Err(StoreError::Conflict(Constraint::TokenTaken));
    }
    let role = if users::is_empty(connection)? {
        Role::Owner
    } else {
        Role::Member
    };
    let profile = users::add(connection, user)?;
    add(connection, session, profile.id, user.now)?;
    let own = heads::advance_user(connection, profile.id)?;
    let mut changes = Vec::new();
    for room in rooms::for_everyone(connection)? {
        let seq = members::add(connection, profile.id, room, role, user.now, own)?;
        changes.push(changes::under(connection, FeedId::Room(room), seq)?);
    }
    changes.push(changes::under(connection, FeedId::User(profile.id), own)?);
    changes.push(heads::changes(
        FeedId::Community,
        profile.changed,
        vec![Item::User(profile.clone())],
    ));
    Ok(Committed {
        value: profile,
        changes,
    })
}

fn add(connection: &Connection, session: NewSession, user: UserId, now: Timestamp) -> Result<()> {
    connection
        .prepare_cached("INSERT INTO sessions (token_hash, user_id, created_at) VALUES (?1, ?2, ?3)")?
        .execute(params![session.token.0, rows::sql(user.0), now.0])?;
    Ok(())
}

fn find(connection: &Connection, token: TokenHash) -> Result<Option<SignedInUser>> {
    let mut statement = connection.prepare_cached(
        "SELECT users.id, users.name, users.changed, sessions.id
         FROM sessions JOIN users ON users.id = sessions.user_id
         WHERE sessions.token_hash = ?1",
    )?;
    let signed_in = statement.query_row(params![token.0], |row| {
        Ok(SignedInUser {
            session: SessionId(rows::unsigned(row, 3)?),
            user: rows::user(row)?,
        })
    });
    Ok(signed_in.optional()?)
}

fn live(connection: &Connection, sessions: &[SessionId]) -> Result<Vec<SessionId>> {
    let mut statement = connection.prepare_cached("SELECT 1 FROM sessions WHERE id = ?1")?;
    let mut live = Vec::with_capacity(sessions.len());
    for session in sessions {
        if statement.exists([rows::sql(session.0)])? {
            live.push(*session);
        }
    }
    Ok(live)
}

fn end(connection: &Connection, session: SessionId) -> Result<()> {
    connection
        .prepare_cached("DELETE FROM sessions WHERE id = ?1")?
        .execute([rows::sql(session.0)])?;
    Ok(())
}
