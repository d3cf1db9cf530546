//! The store as the rest of the server holds it: two roads into one file, and what is known without taking either.

use std::{path::Path, sync::Arc};

use app::protocol::{Epoch, Timestamp};
use rusqlite::Connection;
use tokio::sync::oneshot;

use super::{
    error,
    known::Known,
    open::{self, OpenError, SqliteOptions},
    readers::Readers,
    sharing,
    writer::{Manner, Writer},
};
use crate::{
    store::{
        Committed, Result, Shared, Standing, StoreError,
        gathering::{Gathering, Reader, Wish},
        health::Health,
    },
    telemetry::StoreMeters,
};

/// The store in one SQLite file.
///
/// Dropping it without `close` commits what was accepted, but nobody waits for that.
pub struct SqliteStore {
    pub(super) epoch: Epoch,
    pub(super) known: Arc<Known>,
    pub(super) meters: StoreMeters,
    pub(super) health: Health,
    writer: Writer,
    readers: Readers,
    gathering: Arc<Gathering>,
}

impl SqliteStore {
    /// Opens the database at `path`, and makes it (and its folder) where there is none. `now` dates what is made.
    /// Blocks: to be called before the server serves.
    pub fn open(path: &Path, options: SqliteOptions, now: Timestamp) -> std::result::Result<Self, OpenError> {
        let opened = open::open_for_writing(path, options, now)?;
        let epoch = opened.epoch.clone();
        let readers = Readers::start(path)?;
        let meters = StoreMeters::default();
        let writer = Writer::start(opened, meters.clone()).map_err(OpenError::Thread)?;
        Ok(Self {
            epoch,
            known: Arc::default(),
            meters,
            health: Health::default(),
            writer,
            readers,
            gathering: Arc::default(),
        })
    }

    /// Runs a deed on the writer; see [`Writer::write`]. What it changes is known before anybody is answered.
    pub(super) async fn change<T, F>(&self, deed: F) -> Result<Committed<T>>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<Committed<T>> + Send + 'static,
    {
        self.change_in(Manner::InSavepoint, deed).await
    }

    /// The same for a deed that looks at everything before it writes; see [`Manner::LooksFirst`].
    pub(super) async fn change_after_looking<T, F>(&self, deed: F) -> Result<Committed<T>>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<Committed<T>> + Send + 'static,
    {
        self.change_in(Manner::LooksFirst, deed).await
    }

    async fn change_in<T, F>(&self, manner: Manner, deed: F) -> Result<Committed<T>>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<Committed<T>> + Send + 'static,
    {
        let known = Arc::clone(&self.known);
        let settle = move |committed: &Committed<T>| known.committed(&committed.changes);
        self.noted(self.writer.write(manner, deed, settle).await)
    }

    /// Runs a deed that changes no feed; `settle` is called once it is committed, before anybody is answered.
    pub(super) async fn write_then<T, F, S>(&self, deed: F, settle: S) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T> + Send + 'static,
        S: FnOnce(&T) + Send + 'static,
    {
        self.noted(self.writer.write(Manner::InSavepoint, deed, settle).await)
    }

    /// Reads in one snapshot; see [`Readers::read`].
    pub(super) async fn read<T, F>(&self, read: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T> + Send + 'static,
    {
        self.noted(self.readers.read(read).await)
    }

    /// Reads what a reader goes on with, together with those who wish the same. Their standings, if they need any, are checked in the
    /// snapshot, each by itself.
    pub(super) async fn read_together(&self, wish: Wish, standing: Option<Standing>) -> Result<Shared> {
        let (reply, answer) = oneshot::channel();
        if let Some(reader) = self.gathering.join(wish, Reader { standing, reply }) {
            let place = self.noted(self.readers.place().await)?;
            // Between the turn's beginning and its order nothing is waited for: who joins it can rely on it.
            if let Some(turn) = self.gathering.join_or_begin(wish, reader, &self.meters) {
                place.order(move |connection| sharing::read(connection, turn), drop);
            }
        }
        // Whoever is not answered shared a read that panicked.
        self.noted(answer.await.unwrap_or_else(|_| Err(error::panicked())))
    }

    /// Counts and remembers what went wrong.
    fn noted<T>(&self, outcome: Result<T>) -> Result<T> {
        match &outcome {
            Err(StoreError::Unavailable(_)) => self.meters.unavailable(),
            Err(StoreError::Corrupt { .. }) => {
                self.meters.corrupt();
                self.health.found_damage();
            }
            Err(StoreError::Refused | StoreError::Conflict(_)) | Ok(_) => {}
        }
        outcome
    }

    /// The readers first: the last connection to close is then the one that can tidy the write-ahead log away.
    pub(super) async fn close_both(&self) {
        self.readers.close().await;
        self.writer.close().await;
        self.known.forget_everything();
    }
}
