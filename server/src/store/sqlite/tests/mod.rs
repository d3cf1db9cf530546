//! What holds for this backend only. What every store promises is in `contract`.

mod copies;
mod files;
mod opening;
mod plans;
mod sharing;
mod trouble;
mod writing;

use std::path::Path;

use app::protocol::Timestamp;
use rusqlite::Connection;
use tempfile::TempDir;

use super::{Durability, OpenError, SqliteOptions, SqliteStore};
use crate::store::{
    Result,
    contract::{Fresh, store_contract},
};

/// An empty store in a folder of its own.
async fn fresh() -> Option<Fresh> {
    let folder = TempDir::new().unwrap();
    let store = open(&database(&folder)).unwrap();
    Some(Fresh {
        store: std::sync::Arc::new(store),
        keep: Box::new(folder),
    })
}

impl SqliteStore {
    /// Does anything, in a savepoint.
    async fn write<T, F>(&self, deed: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T> + Send + 'static,
    {
        self.write_then(deed, |_| ()).await
    }
}

fn database(folder: &TempDir) -> std::path::PathBuf {
    folder.path().join("magpie.db")
}

fn open(path: &Path) -> std::result::Result<SqliteStore, OpenError> {
    open_with(path, Durability::Full)
}

fn open_with(path: &Path, durability: Durability) -> std::result::Result<SqliteStore, OpenError> {
    SqliteStore::open(path, SqliteOptions { durability }, Timestamp(500))
}

mod contract {
    super::store_contract!(super::super::fresh);
}
