//! Whether the database can do its work. The only way to know that it can be written is to write it.

use std::{
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    time::Duration,
};

use tokio::{
    sync::Mutex,
    time::{Instant, timeout},
};

use super::{PostgresStore, epoch, error, transaction::Transaction};
use crate::store::{Committed, Result, StoreError};

/// How long an outcome is told again without another try: whoever asks often costs no writing.
const FRESH: Duration = Duration::from_secs(1);
/// How long the try may take, with the wait for a connection.
const PATIENCE: Duration = Duration::from_secs(2);

/// What is known about the database's health.
#[derive(Debug, Default)]
pub(super) struct Health {
    /// Set once something was found that makes no sense. That does not pass by itself.
    damaged: AtomicBool,
    /// When it was tried the last time, and whether it could be written. Held while it is tried.
    pub(super) last: Mutex<Option<(Instant, bool)>>,
}

impl Health {
    /// Something was found that makes no sense.
    pub(super) fn found_damage(&self) {
        self.damaged.store(true, Relaxed);
    }
}

impl PostgresStore {
    /// Tries to write and to read, at most once a second.
    pub(super) async fn try_out(&self) -> Result<()> {
        let mut last = self.health.last.lock().await;
        let works = match *last {
            Some((tried, works)) if tried.elapsed() < FRESH => works,
            _ => {
                let tried = timeout(PATIENCE, self.database.change(write_and_read)).await;
                let works = matches!(tried, Ok(Ok(_)));
                *last = Some((Instant::now(), works));
                works
            }
        };
        if self.health.damaged.load(Relaxed) {
            return Err(StoreError::Corrupt {
                table: "(postgres)",
                detail: "damage was found since the database was opened".to_owned(),
            });
        }
        if self.database.home.has_left() {
            return Err(StoreError::Unavailable(epoch::LEFT.into()));
        }
        if works {
            Ok(())
        } else {
            Err(StoreError::Unavailable("it can not be written just now".into()))
        }
    }
}

async fn write_and_read(transaction: Transaction) -> Result<Committed<()>> {
    transaction
        .row("SELECT count FROM probe FOR NO KEY UPDATE", &[])
        .await?
        .ok_or_else(|| error::missing("probe"))?;
    transaction.execute("UPDATE probe SET count = count + 1", &[]).await?;
    Ok(Committed {
        value: (),
        changes: Vec::new(),
    })
}
