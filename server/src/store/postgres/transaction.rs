//! One transaction, or one snapshot to read in, on one connection.
//!
//! A statement costs a journey to the server and back, so what needs no answer to go on is sent together. `BEGIN` goes with the
//! first statement by itself. More go together when their futures are joined: a statement is sent when its future is first
//! polled, `try_join!` polls in the order in which it names them, and the server works in the order in which it gets them. That
//! holds for statements that the connection has prepared already, so [`Transaction::prepare`] comes before.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use deadpool_postgres::Object;
use futures::{FutureExt as _, future::try_join_all, try_join};
use tokio_postgres::{Row, types::ToSql};

use super::error::Trouble;
use crate::lock::lock;
use crate::store::Result;

/// A deed: each statement sees what is committed when it begins, and what is locked stays as it is seen.
pub(super) const DEED: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";
/// The same where many wait who have nothing to do with each other: what somebody else holds is waited for only so long.
pub(super) const HURRIED_DEED: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SET LOCAL lock_timeout = '1s'";
/// Reads, all in the snapshot of the first one.
pub(super) const SNAPSHOT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// Values for a statement.
pub(super) type Values<'v> = &'v [&'v (dyn ToSql + Sync)];

/// A handle on the transaction. The first statement of a deed must only look or lock: should `BEGIN` itself fail, it runs alone.
#[derive(Clone)]
pub(super) struct Transaction(Arc<Inner>);

struct Inner {
    /// Taken only to be thrown away.
    connection: Option<Object>,
    begin: &'static str,
    state: Mutex<State>,
}

/// How far it is. Moves to the right only.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    Fresh,
    Begun,
    /// `COMMIT` was sent: until its answer comes, nobody knows.
    Committing,
    Ended,
}

impl Transaction {
    /// It begins with its first statement.
    pub(super) fn on(connection: Object, begin: &'static str) -> Self {
        Self(Arc::new(Inner {
            connection: Some(connection),
            begin,
            state: Mutex::new(State::Fresh),
        }))
    }

    fn connection(&self) -> &Object {
        self.0
            .connection
            .as_ref()
            .expect("it is taken when nobody can ask any more")
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.0.state)
    }

    /// Has statements ready that are to be sent together. Costs nothing once the connection knows them.
    pub(super) async fn prepare(&self, statements: &[&'static str]) -> Result<()> {
        let connection = self.connection();
        let prepared = statements.iter().map(|statement| connection.prepare_cached(statement));
        try_join_all(prepared).await?;
        Ok(())
    }

    /// All rows that a statement gives.
    pub(super) async fn rows(&self, statement: &'static str, values: Values<'_>) -> Result<Vec<Row>> {
        let connection = self.connection();
        let statement = connection.prepare_cached(statement).await?;
        let rows = connection.query(&statement, values);
        if self.is_first() {
            let ((), rows) = try_join!(connection.batch_execute(self.0.begin), rows)?;
            Ok(rows)
        } else {
            Ok(rows.await?)
        }
    }

    /// The first row that a statement gives, if any.
    pub(super) async fn row(&self, statement: &'static str, values: Values<'_>) -> Result<Option<Row>> {
        Ok(self.rows(statement, values).await?.into_iter().next())
    }

    /// Runs a statement for what it does.
    pub(super) async fn execute(&self, statement: &'static str, values: Values<'_>) -> Result<()> {
        self.rows(statement, values).await.map(drop)
    }

    fn is_first(&self) -> bool {
        let mut state = self.state();
        let is_first = *state == State::Fresh;
        if is_first {
            *state = State::Begun;
        }
        is_first
    }

    /// Makes it durable. After an error without an answer of the server it is unknown whether it is.
    pub(super) async fn commit(&self) -> Result<()> {
        *self.state() = State::Committing;
        self.connection().batch_execute("COMMIT").await?;
        *self.state() = State::Ended;
        Ok(())
    }

    /// Whether it was to be committed, and did not come back.
    pub(super) fn failed_to_commit(&self) -> bool {
        *self.state() == State::Committing
    }

    /// Undoes it. When that fails, the connection is thrown away with it.
    pub(super) async fn roll_back(&self) {
        if *self.state() == State::Fresh {
            return;
        }
        match self.connection().batch_execute("ROLLBACK").await {
            Ok(()) => *self.state() = State::Ended,
            Err(error) => tracing::debug!(error = %Trouble::from(error), "a transaction could not be rolled back"),
        }
    }

    /// Ends a snapshot. Nobody waits for it: whatever is sent next on this connection is behind it.
    pub(super) fn let_go(&self) {
        if *self.state() == State::Begun
            && !matches!(self.connection().batch_execute("COMMIT").now_or_never(), Some(Err(_)))
        {
            *self.state() = State::Ended;
        }
    }
}

impl Drop for Inner {
    /// A caller that goes away in the middle leaves a connection of which nobody knows how it stands: the server rolls back when
    /// it is closed.
    fn drop(&mut self) {
        let state = *self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        if matches!(state, State::Begun | State::Committing)
            && let Some(connection) = self.connection.take()
        {
            drop(Object::take(connection));
        }
    }
}
