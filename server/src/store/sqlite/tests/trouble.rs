//! Troubles of the disk: what was not stored is not acknowledged, and it goes on when the trouble is over.

use std::sync::Arc;

use app::protocol::{FeedId, Number, RoomId, User};
use rusqlite::Connection;
use tempfile::TempDir;

use super::{SqliteStore, database, open};
use crate::store::{FeedStore, StoreError, contract::Stage};

/// A store with somebody who has said something.
async fn stage(folder: &TempDir) -> (Arc<SqliteStore>, Stage, User, RoomId) {
    let store = Arc::new(open(&database(folder)).unwrap());
    let stage = Stage::new(store.clone());
    let ann = stage.person("ann").await;
    let general = stage.general().await.id;
    stage.says(&ann, general, "before").await;
    (store, stage, ann, general)
}

async fn set(store: &SqliteStore, pragma: &'static str) {
    store
        .write(move |connection| Ok(connection.execute_batch(pragma)?))
        .await
        .unwrap();
}

/// Tries it now, however short the last try is ago.
async fn works(store: &SqliteStore) -> bool {
    store.health.forget().await;
    store.try_out().await.is_ok()
}

fn is_whole(folder: &TempDir) -> bool {
    let connection = Connection::open(database(folder)).unwrap();
    let answer = connection.query_row("PRAGMA integrity_check", [], |row| row.get::<_, String>(0));
    answer.unwrap() == "ok"
}

#[tokio::test]
async fn a_full_disk_refuses_posts_and_takes_them_again_when_there_is_room() {
    let folder = TempDir::new().unwrap();
    let (store, stage, ann, general) = stage(&folder).await;
    assert!(works(&store).await);
    set(&store, "PRAGMA max_page_count = 60").await;
    let mut stored = Number(1);
    let refused = loop {
        match stage.post(&ann, general, stage.draft(&"long ".repeat(800))).await {
            Ok(posted) => stored = posted.value.number,
            Err(error) => break error,
        }
    };
    assert!(matches!(refused, StoreError::Unavailable(_)), "{refused}");
    assert!(!works(&store).await, "whoever asks is told");
    let head = stage.head(FeedId::Room(general)).await;
    let told = stage
        .between(FeedId::Room(general), app::protocol::Seq(head.0 - 1))
        .await;
    assert_eq!(told.to, head, "heads are those of what is stored");

    set(&store, "PRAGMA max_page_count = 1000000").await;
    let after = stage.says(&ann, general, "after").await;
    assert_eq!(after.number, Number(stored.0 + 1), "what was refused burnt no number");
    assert!(works(&store).await);
    store.close().await;
    assert!(is_whole(&folder));
}

#[tokio::test]
async fn a_database_that_became_read_only_acknowledges_nothing() {
    let folder = TempDir::new().unwrap();
    let (store, stage, ann, general) = stage(&folder).await;
    set(&store, "PRAGMA query_only = 1").await;
    let refused = stage.post(&ann, general, stage.draft("refused")).await;
    assert!(matches!(refused, Err(StoreError::Unavailable(_))));
    assert!(!works(&store).await, "whoever asks is told");
    assert_eq!(
        stage.message(&ann, general, Number(1)).await.body,
        "before",
        "it can be read"
    );
    store.close().await;

    let stage = stage.reopened(Arc::new(open(&database(&folder)).unwrap()));
    assert_eq!(stage.says(&ann, general, "after").await.number, Number(2));
    stage.store.close().await;
}

#[tokio::test]
async fn damage_is_remembered_and_told() {
    let folder = TempDir::new().unwrap();
    let (store, ..) = stage(&folder).await;
    assert!(works(&store).await);
    let nonsense = store.read(|connection| {
        let row = connection.query_row("SELECT epoch FROM database", [], |row| row.get::<_, i64>(0));
        Ok(row?)
    });
    assert!(matches!(nonsense.await, Err(StoreError::Corrupt { .. })));
    assert!(!works(&store).await);
    assert!(
        matches!(store.try_out().await, Err(StoreError::Corrupt { .. })),
        "it does not pass"
    );
    store.close().await;
}

#[tokio::test]
async fn whoever_asks_often_costs_no_writing() {
    let folder = TempDir::new().unwrap();
    let (store, ..) = stage(&folder).await;
    for _ in 0..20 {
        store.try_out().await.unwrap();
    }
    let count: i64 = store
        .read(|connection| Ok(connection.query_row("SELECT count FROM probe", [], |row| row.get(0))?))
        .await
        .unwrap();
    assert!(count < 20, "{count}");
    store.close().await;
}
