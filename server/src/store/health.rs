//! Whether a database can do its work. The only way to know that it can be written is to write it.

use std::{
    future::Future,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    time::Duration,
};

use tokio::{
    sync::Mutex,
    time::{Instant, timeout},
};

use super::{Result, StoreError};

/// How long an outcome is told again without another try: whoever asks often costs no writing.
const FRESH: Duration = Duration::from_secs(1);
/// How long the try may take, with the wait for a connection or for a foreign lock.
const PATIENCE: Duration = Duration::from_secs(2);

/// What is known about a database's health.
#[derive(Debug, Default)]
pub(super) struct Health {
    /// Set once something was found that makes no sense. That does not pass by itself.
    damaged: AtomicBool,
    /// When it was tried the last time, and whether it could be written. Held while it is tried.
    last: Mutex<Option<(Instant, bool)>>,
}

impl Health {
    /// Something was found that makes no sense.
    pub(super) fn found_damage(&self) {
        self.damaged.store(true, Relaxed);
    }

    /// Tries it, at most once a second, and tells how it is. `database` stands in place of the table's name when there is damage.
    pub(super) async fn check(
        &self,
        database: &'static str,
        write_and_read: impl Future<Output = Result<()>>,
    ) -> Result<()> {
        let mut last = self.last.lock().await;
        let works = match *last {
            Some((tried, works)) if tried.elapsed() < FRESH => works,
            _ => {
                let works = matches!(timeout(PATIENCE, write_and_read).await, Ok(Ok(())));
                *last = Some((Instant::now(), works));
                works
            }
        };
        if self.damaged.load(Relaxed) {
            return Err(StoreError::Corrupt {
                table: database,
                detail: "damage was found since the database was opened".to_owned(),
            });
        }
        if works {
            Ok(())
        } else {
            Err(StoreError::Unavailable("it can not be written just now".into()))
        }
    }

    /// The next check tries it, however soon it comes.
    #[cfg(test)]
    pub(super) async fn forget(&self) {
        self.last.lock().await.take();
    }
}
