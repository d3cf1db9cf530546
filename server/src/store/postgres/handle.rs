//! The store as the rest of the server holds it.

use std::sync::Arc;

use app::protocol::{Epoch, Timestamp};
use tokio::sync::Semaphore;

use super::{
    database::Database,
    lanes::Lanes,
    open::{self, OpenError, PostgresOptions},
    sharing::READS,
    tls::Trust,
};
use crate::store::{Result, StoreError, gathering::Gathering, health::Health};

/// The store in a PostgreSQL database.
///
/// Dropping it without `close` finishes posts that were accepted, but nobody waits for that.
pub struct PostgresStore {
    pub(super) epoch: Epoch,
    pub(super) database: Arc<Database>,
    pub(super) lanes: Arc<Lanes>,
    pub(super) gathering: Arc<Gathering>,
    /// Places for shared reads.
    pub(super) reads: Arc<Semaphore>,
    pub(super) health: Health,
}

impl PostgresStore {
    /// Opens the database at `url` (`postgres://USER:PASSWORD@HOST:PORT/NAME`, with `?sslmode=require` for TLS), and makes its
    /// tables where there are none. `now` dates what is made.
    ///
    /// # Errors
    /// A sentence for the operator, in which the password is not.
    pub async fn open(url: &str, options: PostgresOptions, now: Timestamp) -> std::result::Result<Self, OpenError> {
        Self::open_trusting(url, options, Trust::System, now).await
    }

    /// The same, where others are trusted.
    pub(super) async fn open_trusting(
        url: &str,
        options: PostgresOptions,
        trust: Trust<'_>,
        now: Timestamp,
    ) -> std::result::Result<Self, OpenError> {
        let opened = open::open(url, options, trust, now).await?;
        let database = Arc::new(Database::new(opened.pool, opened.home));
        Ok(Self {
            epoch: opened.place.epoch,
            lanes: Lanes::new(Arc::clone(&database)),
            database,
            gathering: Arc::default(),
            reads: Arc::new(Semaphore::new(READS)),
            health: Health::default(),
        })
    }

    /// Counts and remembers what went wrong.
    pub(super) fn noted<T>(&self, outcome: Result<T>) -> Result<T> {
        match &outcome {
            Err(StoreError::Unavailable(_)) => self.database.meters.unavailable(),
            Err(StoreError::Corrupt { .. }) => {
                self.database.meters.corrupt();
                self.health.found_damage();
            }
            Err(StoreError::Refused | StoreError::Conflict(_)) | Ok(_) => {}
        }
        outcome
    }
}
