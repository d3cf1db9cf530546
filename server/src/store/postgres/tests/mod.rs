//! What holds for this backend only. What every store promises is in `contract`.

mod colliding;
mod encryption;
mod epochs;
mod notebook;
mod opening;
mod plans;
mod posting;
mod proxy;
mod schemas;
mod sharing;
mod texts;
mod trouble;
mod waiting;

#[path = "../../../../tests/stories/harness/database.rs"]
mod database;

use std::sync::Arc;

use app::protocol::Timestamp;
use database::TestDatabase;

use super::{OpenError, PostgresOptions, PostgresStore};
use crate::store::{
    FeedStore as _,
    contract::{Fresh, Stage, store_contract},
};

/// An empty database of its own. `None` without a server.
async fn database() -> Option<TestDatabase> {
    TestDatabase::make(|url| async move { open(&url).await.unwrap().close().await }).await
}

async fn open(url: &str) -> Result<PostgresStore, OpenError> {
    PostgresStore::open(url, PostgresOptions::default(), Timestamp(500)).await
}

/// An empty store with a database of its own. `None` without a server.
async fn fresh() -> Option<Fresh> {
    let database = database().await?;
    let store = Arc::new(open(&database.url).await.unwrap());
    Some(Fresh {
        store,
        keep: Box::new(database),
    })
}

/// A database, a store in it, and a stage on that. `None` without a server.
async fn stage() -> Option<(TestDatabase, Arc<PostgresStore>, Stage)> {
    let database = database().await?;
    let store = Arc::new(open(&database.url).await.unwrap());
    let stage = Stage::new(store.clone());
    Some((database, store, stage))
}

/// Tries again and again until something comes of it. Nothing takes as long as its patience.
async fn soon<T>(mut attempt: impl AsyncFnMut() -> Option<T>) -> T {
    let trying = async {
        loop {
            if let Some(come) = attempt().await {
                return come;
            }
            tokio::task::yield_now().await;
        }
    };
    let patience = std::time::Duration::from_secs(20);
    tokio::time::timeout(patience, trying).await.expect("it comes of it")
}

mod contract {
    super::store_contract!(super::super::fresh);
}
