//! Sign-ins.

use app::protocol::{FeedId, Item, Role, Seq, Timestamp, User, UserId};
use async_trait::async_trait;
use futures::try_join;
use tokio_postgres::Row;

use super::{
    PostgresStore, changes, heads, members, rooms, rows,
    transaction::{Transaction, Values},
    users,
};
use crate::store::{
    Committed, Constraint, NewSession, NewUser, Result, SessionId, SessionStore, SignedInUser, StoreError, TokenHash,
};

#[async_trait]
impl SessionStore for PostgresStore {
    async fn sign_up(&self, user: NewUser, session: NewSession) -> Result<Committed<User>> {
        let user = &user;
        let deed = |deed: Transaction| async move { sign_up(&deed, user, session).await };
        self.noted(self.database.change(deed).await)
    }

    async fn session(&self, token: &TokenHash) -> Result<Option<SignedInUser>> {
        let found = self.database.ask(SESSION, &[&&token.0[..]]).await;
        self.noted(found.and_then(|rows| rows.first().map(signed_in).transpose()))
    }

    async fn end_session(&self, session: SessionId) -> Result<()> {
        // A statement is a transaction by itself.
        let ended = self
            .database
            .ask("DELETE FROM sessions WHERE id = $1", &[&rows::sql(session.0)])
            .await;
        self.noted(ended.map(drop))
    }

    async fn live_sessions(&self, sessions: &[SessionId]) -> Result<Vec<SessionId>> {
        let asked: Vec<i64> = sessions.iter().map(|session| rows::sql(session.0)).collect();
        let found = self
            .database
            .ask("SELECT id FROM sessions WHERE id = ANY ($1)", &[&asked])
            .await;
        self.noted(found.and_then(|found| found.iter().map(|row| rows::unsigned(row, 0).map(SessionId)).collect()))
    }

    async fn rename_user(&self, user: UserId, name: String) -> Result<Committed<()>> {
        let name = &name;
        let deed = |deed: Transaction| async move { users::rename(&deed, user, name).await };
        self.noted(self.database.change(deed).await)
    }

    async fn users(&self, users: &[UserId]) -> Result<Vec<User>> {
        self.noted(users::ask(&self.database, users).await)
    }
}

const SESSION: &str = "SELECT users.id, users.name, users.changed, sessions.id
     FROM sessions JOIN users ON users.id = sessions.user_id
     WHERE sessions.token_hash = $1";

/// As [`rows::user`], then `id` of the session
fn signed_in(row: &Row) -> Result<SignedInUser> {
    Ok(SignedInUser {
        session: SessionId(rows::unsigned(row, 3)?),
        user: rows::user(row)?,
    })
}

/// Locks the rooms, then the community: the person's own feed is new, and nobody else's to wait for.
async fn sign_up(deed: &Transaction, user: &NewUser, session: NewSession) -> Result<Committed<User>> {
    let rooms = rooms::lock_for_everyone(deed).await?;
    let joined_community = heads::advance_community(deed).await?;
    let token: Values<'_> = &[&&session.token.0[..]];
    let (taken, is_first) = try_join!(deed.row(SESSION, token), users::is_empty(deed))?;
    if taken.is_some() {
        return Err(StoreError::Conflict(Constraint::TokenTaken));
    }
    let role = if is_first { Role::Owner } else { Role::Member };
    // Everything of one's own at the start is under one seq.
    let own = Seq(1);
    let profile = users::add(deed, user, own, joined_community).await?;
    add(deed, session, profile.id, user.now).await?;
    let mut changes = Vec::new();
    for room in rooms {
        let seq = members::add(deed, profile.id, room, role, user.now, own).await?;
        changes.push(changes::under(deed, FeedId::Room(room), seq).await?);
    }
    changes.push(changes::under(deed, FeedId::User(profile.id), own).await?);
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

async fn add(deed: &Transaction, session: NewSession, user: UserId, now: Timestamp) -> Result<()> {
    deed.execute(
        "INSERT INTO sessions (token_hash, user_id, created_at) VALUES ($1, $2, $3)",
        &[&&session.token.0[..], &rows::sql(user.0), &now.0],
    )
    .await
}
