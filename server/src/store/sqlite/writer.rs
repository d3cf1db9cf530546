//! The one thread that writes. It takes whatever waits, runs each deed, commits once, and only then answers.
//!
//! A deed that fails leaves its neighbours alone: either it runs in a savepoint, or it had written nothing yet.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

use rusqlite::Connection;
use tokio::{
    sync::{mpsc, oneshot, watch},
    time::Instant,
};

use super::{
    epoch, error, log_file,
    open::{LOG_PAGES, Opened},
};
use crate::{
    scheduler::let_others_run,
    store::{Result, StoreError},
    telemetry::StoreMeters,
};

/// Deeds that may wait. When it is full, callers wait for a place.
const QUEUE: usize = 4_096;
/// Deeds in one commit.
const GROUP: usize = 512;

/// What a deed leaves behind when it fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    /// Perhaps something: it runs in a savepoint. For that SQLite copies every page that the deed touches.
    InSavepoint,
    /// Nothing: it looks at everything before it writes. Should it fail in the middle all the same (the disk is full, a bug), its
    /// whole group is rolled back, and nobody of it is acknowledged.
    LooksFirst,
}

/// What the thread is asked for.
enum Order {
    Do(Box<dyn Deed>),
    Close,
}

/// The callers' side of the thread.
pub(super) struct Writer {
    orders: mpsc::Sender<Order>,
    /// Its sender is dropped by the thread as the last thing it does; nothing is ever sent.
    ended: watch::Receiver<()>,
}

impl Writer {
    /// Starts the thread.
    pub(super) fn start(opened: Opened, meters: StoreMeters) -> std::io::Result<Self> {
        let (orders, queue) = mpsc::channel(QUEUE);
        let (end, ended) = watch::channel(());
        std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || {
                let Opened {
                    connection, path, lock, ..
                } = opened;
                serve(&connection, &path, queue, &meters);
                if let Err(error) = epoch::end(&connection) {
                    tracing::error!(%error, "the database could not be noted as closed");
                }
                drop(connection);
                drop(lock);
                drop(end);
            })?;
        Ok(Self { orders, ended })
    }

    /// Does something in the next commit, and returns when that is durable. `settle` is shown what was committed before
    /// anybody of the group is answered.
    pub(super) async fn write<T, F, S>(&self, manner: Manner, deed: F, settle: S) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T> + Send + 'static,
        S: FnOnce(&T) + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let deed = Box::new(Pending {
            manner,
            deed: Some(deed),
            settle: Some(settle),
            outcome: None,
            reply,
        });
        // Whoever is read meanwhile comes along: at work, commits are fewer and larger.
        let_others_run().await;
        self.orders.send(Order::Do(deed)).await.map_err(|_| error::closed())?;
        answer.await.map_err(|_| error::closed())?
    }

    /// Commits what was accepted, refuses what comes later, and waits for the thread's end.
    pub(super) async fn close(&self) {
        // It may have ended already: then there is nobody to tell.
        let _ = self.orders.send(Order::Close).await;
        let _ = self.ended.clone().changed().await;
    }
}

/// Something to be done, and whom to answer.
trait Deed: Send {
    fn manner(&self) -> Manner;
    /// Does it, and says whether it is to be kept.
    fn run(&mut self, connection: &Connection) -> bool;
    /// It is committed.
    fn settle(&mut self);
    /// Tells the caller how it ended, given how the commit ended.
    fn answer(self: Box<Self>, commit: std::result::Result<(), &str>);
}

struct Pending<T, F, S> {
    manner: Manner,
    deed: Option<F>,
    settle: Option<S>,
    outcome: Option<Result<T>>,
    reply: oneshot::Sender<Result<T>>,
}

impl<T, F, S> Deed for Pending<T, F, S>
where
    T: Send,
    F: FnOnce(&Connection) -> Result<T> + Send,
    S: FnOnce(&T) + Send,
{
    fn manner(&self) -> Manner {
        self.manner
    }

    fn run(&mut self, connection: &Connection) -> bool {
        let Some(deed) = self.deed.take() else { return false };
        let outcome = catch_unwind(AssertUnwindSafe(|| deed(connection))).unwrap_or_else(|_| Err(error::panicked()));
        self.outcome.insert(outcome).is_ok()
    }

    fn settle(&mut self) {
        if let (Some(settle), Some(Ok(outcome))) = (self.settle.take(), &self.outcome) {
            settle(outcome);
        }
    }

    fn answer(self: Box<Self>, commit: std::result::Result<(), &str>) {
        let answer = match (commit, self.outcome) {
            (Ok(()), Some(outcome)) => outcome,
            (Ok(()), None) => Err(error::closed()),
            (Err(failure), _) => Err(StoreError::Unavailable(failure.into())),
        };
        // A caller that went away does not hear it; what it asked for is done all the same.
        let _ = self.reply.send(answer);
    }
}

fn serve(connection: &Connection, path: &Path, mut queue: mpsc::Receiver<Order>, meters: &StoreMeters) {
    let mut waiting = Vec::with_capacity(GROUP);
    let mut group: Vec<Box<dyn Deed>> = Vec::with_capacity(GROUP);
    let mut commits = 0;
    while queue.blocking_recv_many(&mut waiting, GROUP) > 0 {
        for order in waiting.drain(..) {
            match order {
                Order::Do(deed) => group.push(deed),
                // What is already in the queue is still taken; then there is nothing more to receive.
                Order::Close => queue.close(),
            }
        }
        let begun = Instant::now();
        let committed = commit(connection, &mut group).map_err(|error| {
            meters.commit_failed();
            tracing::error!(%error, deeds = group.len(), "a commit failed");
            error::roll_back(connection);
            error.to_string()
        });
        if committed.is_ok() {
            meters.committed(group.len(), begun.elapsed());
            group.iter_mut().for_each(|deed| deed.settle());
        }
        for deed in group.drain(..) {
            deed.answer(committed.as_ref().copied().map_err(String::as_str));
        }
        commits += u64::from(committed.is_ok());
        if commits == log_file::IN_USE && committed.is_ok() {
            // It is there for speed alone.
            if let Err(error) = log_file::lengthen(path, LOG_PAGES) {
                tracing::warn!(%error, "the write-ahead log stays short; commits take longer for a while");
            }
        }
    }
}

/// Why a group is not committed.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    #[error("a deed failed after it had begun to write")]
    HalfDone,
}

/// After a failure the next group starts from what is truly stored: nothing is known that was not committed.
fn commit(connection: &Connection, group: &mut [Box<dyn Deed>]) -> std::result::Result<(), Failure> {
    connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
    for deed in group {
        match deed.manner() {
            Manner::InSavepoint => run_in_savepoint(connection, &mut **deed)?,
            Manner::LooksFirst => run_bare(connection, &mut **deed)?,
        }
    }
    connection.prepare_cached("COMMIT")?.execute([])?;
    Ok(())
}

fn run_in_savepoint(connection: &Connection, deed: &mut dyn Deed) -> rusqlite::Result<()> {
    connection.prepare_cached("SAVEPOINT deed")?.execute([])?;
    if !deed.run(connection) {
        // Fails when SQLite itself has rolled everything back (a full disk does that), and so fails the group.
        connection.prepare_cached("ROLLBACK TO deed")?.execute([])?;
    }
    connection.prepare_cached("RELEASE deed")?.execute([])?;
    Ok(())
}

fn run_bare(connection: &Connection, deed: &mut dyn Deed) -> std::result::Result<(), Failure> {
    let changes = connection.total_changes();
    let kept = deed.run(connection);
    // Autocommit: SQLite itself has rolled everything back.
    if !kept && (connection.is_autocommit() || connection.total_changes() != changes) {
        return Err(Failure::HalfDone);
    }
    Ok(())
}
