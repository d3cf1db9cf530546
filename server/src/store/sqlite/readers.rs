//! A few threads that read, each with a connection of its own. One read is one snapshot.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::{Arc, Mutex},
};

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot, watch};

use super::{
    error,
    open::{self, OpenError},
};
use crate::lock::lock;
use crate::store::Result;

/// Connections that read at the same time.
pub(super) const READERS: usize = 4;
/// Reads that may wait. When it is full, callers wait for a place.
const QUEUE: usize = 1_024;

type Read = Box<dyn FnOnce(&Connection) + Send>;

/// What a thread is asked for.
enum Order {
    Do(Read),
    Close,
}

/// The callers' side of the threads.
pub(super) struct Readers {
    orders: mpsc::Sender<Order>,
    /// Each thread drops a sender as the last thing it does; nothing is ever sent.
    ended: watch::Receiver<()>,
}

impl Readers {
    /// Opens the connections and starts the threads.
    pub(super) fn start(path: &Path) -> std::result::Result<Self, OpenError> {
        let (orders, queue) = mpsc::channel(QUEUE);
        let queue = Arc::new(Mutex::new(queue));
        let (end, ended) = watch::channel(());
        for number in 1..=READERS {
            let connection = open::open_for_reading(path)?;
            let (queue, end) = (queue.clone(), end.clone());
            let serve = move || {
                serve(&connection, &queue);
                drop(connection);
                drop(end);
            };
            std::thread::Builder::new()
                .name(format!("store-reader-{number}"))
                .spawn(serve)
                .map_err(OpenError::Thread)?;
        }
        Ok(Self { orders, ended })
    }

    /// Reads, all in one snapshot.
    pub(super) async fn read<T, F>(&self, read: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let answer_with = move |outcome: Result<T>| {
            // A caller that went away does not need it.
            let _ = reply.send(outcome);
        };
        self.place().await?.order(read, answer_with);
        answer.await.map_err(|_| error::closed())?
    }

    /// A place among those that wait. Nothing has been asked for yet.
    pub(super) async fn place(&self) -> Result<Place<'_>> {
        self.orders.reserve().await.map(Place).map_err(|_| error::closed())
    }

    /// Answers what was accepted, refuses what comes later, and waits for the threads' end.
    pub(super) async fn close(&self) {
        // They may have ended already: then there is nobody to tell.
        let _ = self.orders.send(Order::Close).await;
        let _ = self.ended.clone().changed().await;
    }
}

/// A place among those that wait for a thread.
pub(super) struct Place<'a>(mpsc::Permit<'a, Order>);

impl Place<'_> {
    /// Has `read` done in one snapshot, and `settle` called with what came of it.
    pub(super) fn order<T>(
        self,
        read: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
        settle: impl FnOnce(Result<T>) + Send + 'static,
    ) {
        let job = move |connection: &Connection| {
            let outcome = catch_unwind(AssertUnwindSafe(|| in_snapshot(connection, read)));
            settle(outcome.unwrap_or_else(|_| Err(error::panicked())));
        };
        self.0.send(Order::Do(Box::new(job)));
    }
}

fn serve(connection: &Connection, queue: &Mutex<mpsc::Receiver<Order>>) {
    while let Some(read) = next(queue) {
        read(connection);
        error::roll_back(connection);
    }
}

/// One thread waits for an order, the others wait for their turn to wait. `None` when the queue is closed and empty.
fn next(queue: &Mutex<mpsc::Receiver<Order>>) -> Option<Read> {
    let mut queue = lock(queue);
    loop {
        match queue.blocking_recv()? {
            Order::Do(read) => return Some(read),
            // What is already in the queue is still taken.
            Order::Close => queue.close(),
        }
    }
}

fn in_snapshot<T>(connection: &Connection, read: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
    connection.prepare_cached("BEGIN DEFERRED")?.execute([])?;
    let outcome = read(connection);
    connection.prepare_cached("COMMIT")?.execute([])?;
    outcome
}
