//! The roads into the database: a deed, a snapshot, a single question. And the counting of what went wrong on them.

use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    time::Duration,
};

use deadpool_postgres::Pool;
use tokio::time::{Instant, sleep};
use tokio_postgres::Row;
use tokio_util::task::{TaskTracker, task_tracker::TaskTrackerToken};

use super::{
    epoch::Home,
    error, pool,
    transaction::{DEED, SNAPSHOT, Transaction, Values},
};
use crate::{
    ids,
    store::{Committed, Result},
    telemetry::StoreMeters,
};

/// How often a deed is tried again that collided with others. Locks are taken in order, so that is for what nobody thought of.
const TRIES: u32 = 5;
/// A random part of it, doubled at each further try, lies between two tries.
const PAUSE: Duration = Duration::from_millis(20);

/// A database that is open, until it is closed.
pub(super) struct Database {
    pub(super) meters: StoreMeters,
    pub(super) home: Arc<Home>,
    pool: Pool,
    /// Everything under way, so that closing can wait for it.
    work: TaskTracker,
    closing: AtomicBool,
}

impl Database {
    pub(super) fn new(pool: Pool, home: Arc<Home>) -> Self {
        Self {
            meters: StoreMeters::default(),
            home,
            pool,
            work: TaskTracker::new(),
            closing: AtomicBool::new(false),
        }
    }

    /// To be held as long as something is under way. `Unavailable` once the store is being closed.
    pub(super) fn begin_work(&self) -> Result<TaskTrackerToken> {
        let token = self.work.token();
        // Looked at behind the token: either this sees that it is closing, or closing sees the token.
        if self.closing.load(SeqCst) {
            Err(error::closed())
        } else {
            Ok(token)
        }
    }

    /// A snapshot to read in. The caller holds a token, and lets it go in the end.
    pub(super) async fn snapshot(&self) -> Result<Transaction> {
        self.begin(SNAPSHOT).await
    }

    async fn begin(&self, begin: &'static str) -> Result<Transaction> {
        Ok(Transaction::on(pool::take(&self.pool).await?, begin))
    }

    /// Runs a deed in a transaction, and commits it.
    pub(super) async fn change<T, D, F>(&self, deed: D) -> Result<Committed<T>>
    where
        D: Fn(Transaction) -> F,
        F: Future<Output = Result<Committed<T>>>,
    {
        let (_work, begun) = (self.begin_work()?, Instant::now());
        let done = self
            .transact(DEED, |transaction| {
                let outcome = deed(transaction.clone());
                async move {
                    let outcome = outcome.await?;
                    transaction.commit().await?;
                    Ok(outcome)
                }
            })
            .await?;
        self.meters.committed(1, begun.elapsed());
        Ok(done)
    }

    /// Runs something in a transaction that begins so, and that it commits itself. What collided with others is tried again.
    pub(super) async fn transact<T, D, F>(&self, begin: &'static str, deed: D) -> Result<T>
    where
        D: Fn(Transaction) -> F,
        F: Future<Output = Result<T>>,
    {
        let mut tries = 0;
        loop {
            let transaction = self.begin(begin).await?;
            let error = match deed(transaction.clone()).await {
                Ok(done) => return Ok(done),
                Err(error) => error,
            };
            if transaction.failed_to_commit() {
                self.meters.commit_failed();
                tracing::error!(%error, "a commit failed");
            }
            transaction.roll_back().await;
            drop(transaction);
            if !error::is_collision(&error) || tries == TRIES {
                return Err(error);
            }
            sleep(ids::part_of(PAUSE * 2_u32.pow(tries))).await;
            tries += 1;
        }
    }

    /// Reads, all in one snapshot.
    pub(super) async fn read<T, D, F>(&self, look: D) -> Result<T>
    where
        D: FnOnce(Transaction) -> F,
        F: Future<Output = Result<T>>,
    {
        let _work = self.begin_work()?;
        let snapshot = self.snapshot().await?;
        let seen = look(snapshot.clone()).await;
        snapshot.let_go();
        seen
    }

    /// Asks a single question. A statement is a snapshot by itself.
    pub(super) async fn ask(&self, statement: &'static str, values: Values<'_>) -> Result<Vec<Row>> {
        let _work = self.begin_work()?;
        let connection = pool::take(&self.pool).await?;
        let statement = connection.prepare_cached(statement).await?;
        Ok(connection.query(&statement, values).await?)
    }

    /// Waits for what is under way, refuses what comes later, and closes the connections.
    pub(super) async fn close(&self) {
        self.closing.store(true, SeqCst);
        self.work.close();
        self.work.wait().await;
        self.pool.close();
    }
}
