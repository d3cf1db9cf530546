//! Whether the database can do its work. The only way to know that it can be written is to write it.

use std::{
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    time::Duration,
};

use rusqlite::Connection;
use tokio::{
    sync::Mutex,
    time::{Instant, timeout},
};

use super::SqliteStore;
use crate::store::{Result, StoreError};

/// How long an outcome is told again without another try: whoever asks often costs no writing.
const FRESH: Duration = Duration::from_secs(1);
/// How long the try may take. A foreign lock makes it wait.
const PATIENCE: Duration = Duration::from_secs(2);
/// More than fits beside a row, so that whole pages have to be had for it.
const BALLAST_BYTES: i64 = 16 * 1024;

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

impl SqliteStore {
    /// Tries to write and to read, at most once a second.
    pub(super) async fn try_out(&self) -> Result<()> {
        let mut last = self.health.last.lock().await;
        let works = match *last {
            Some((tried, works)) if tried.elapsed() < FRESH => works,
            _ => {
                let works = matches!(timeout(PATIENCE, self.write_and_read()).await, Ok(Ok(())));
                *last = Some((Instant::now(), works));
                works
            }
        };
        if self.health.damaged.load(Relaxed) {
            return Err(StoreError::Corrupt {
                table: "(sqlite)",
                detail: "damage was found since the database was opened".to_owned(),
            });
        }
        if works {
            Ok(())
        } else {
            Err(StoreError::Unavailable("it can not be written just now".into()))
        }
    }

    async fn write_and_read(&self) -> Result<()> {
        self.write_then(write, |()| ()).await?;
        self.read(read).await
    }
}

fn write(connection: &Connection) -> Result<()> {
    connection
        .prepare_cached("UPDATE probe SET count = count + 1, ballast = zeroblob(?1)")?
        .execute([BALLAST_BYTES])?;
    connection
        .prepare_cached("UPDATE probe SET ballast = x''")?
        .execute([])?;
    Ok(())
}

fn read(connection: &Connection) -> Result<()> {
    connection
        .prepare_cached("SELECT count FROM probe")?
        .query_row([], |row| row.get::<_, i64>(0))?;
    Ok(())
}
