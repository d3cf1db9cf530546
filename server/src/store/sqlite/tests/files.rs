//! What is in the file outlives the process.

use std::{fs, path::Path, sync::Arc};

use app::protocol::{Number, Timestamp};
use tempfile::TempDir;

use super::{Durability, database, open, open_with};
use crate::store::{FeedStore, RoomStore, contract::Stage};

/// What a power cut or a `kill -9` leaves, without either: the files as they are while the store is open.
fn image(of: &Path, folder: &TempDir) -> std::path::PathBuf {
    let copy = database(folder);
    for suffix in ["", "-wal"] {
        let named = |path: &Path| format!("{}{suffix}", path.display());
        fs::copy(named(of), named(&copy)).unwrap();
    }
    copy
}

#[tokio::test]
async fn reopening_keeps_everything() {
    let folder = TempDir::new().unwrap();
    let path = database(&folder);
    let stage = Stage::new(Arc::new(open(&path).unwrap()));
    let ann = stage.person("ann").await;
    let general = stage.general().await;
    assert_eq!(general.created_at, Timestamp(500));
    stage.says_often(&ann, general.id, "hello", 3).await;
    let (epoch, own) = (stage.store.epoch(), stage.store.user_snapshot(ann.id).await.unwrap());
    stage.store.close().await;
    assert!(!path.with_extension("db-wal").exists(), "the log is tidied away");

    let store = open(&path).unwrap();
    assert_eq!(store.epoch(), epoch);
    assert_eq!(store.user_snapshot(ann.id).await.unwrap(), own);
    assert_eq!(store.room(general.id).await.unwrap().unwrap().slug, general.slug);
    let again = stage.reopened(Arc::new(store));
    let bob = again.person("bob").await;
    assert_eq!(again.says(&bob, general.id, "and on").await.number, Number(4));
    again.store.close().await;
}

#[tokio::test]
async fn a_log_at_its_full_length_holds_what_was_committed_and_nothing_else() {
    const POSTS: u64 = 80;
    let (folder, other) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let stage = Stage::new(Arc::new(open(&database(&folder)).unwrap()));
    let ann = stage.person("ann").await;
    let general = stage.general().await.id;
    let log = || {
        fs::metadata(format!("{}-wal", database(&folder).display()))
            .unwrap()
            .len()
    };
    let before = log();
    for _ in 0..POSTS {
        stage.says(&ann, general, "a commit of its own").await;
    }
    assert!(log() > before + 16 * 1024 * 1024, "{} bytes", log());
    let copy = Arc::new(open(&image(&database(&folder), &other)).unwrap());
    let store = Arc::clone(&stage.store);
    let again = stage.reopened(copy);
    assert_eq!(again.says(&ann, general, "and on").await.number, Number(POSTS + 1));
    again.store.close().await;
    store.close().await;
}

#[tokio::test]
async fn what_was_acknowledged_is_in_the_files_at_once() {
    let (folder, other) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let stage = Stage::new(Arc::new(open(&database(&folder)).unwrap()));
    let ann = stage.person("ann").await;
    let general = stage.general().await.id;
    stage.says(&ann, general, "hello").await;
    let copy = open(&image(&database(&folder), &other)).unwrap();
    assert_eq!(
        copy.user_snapshot(ann.id).await.unwrap(),
        stage.store.user_snapshot(ann.id).await.unwrap()
    );
    assert_eq!(
        copy.epoch(),
        stage.store.epoch(),
        "under full nothing was lost, so clients go on"
    );
    copy.close().await;
    stage.store.close().await;
}

#[tokio::test]
async fn an_unclean_stop_under_normal_is_another_epoch() {
    let (folder, other) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let path = database(&folder);
    let running = open_with(&path, Durability::Normal).unwrap();
    let epoch = running.epoch();
    let copy = image(&path, &other);
    running.close().await;

    let closed = open_with(&path, Durability::Normal).unwrap();
    assert_eq!(closed.epoch(), epoch, "it was closed");
    closed.close().await;

    // How it is opened now does not matter; how it ran does.
    let cut = open_with(&copy, Durability::Full).unwrap();
    assert_ne!(cut.epoch(), epoch);
    let after = cut.epoch();
    cut.close().await;
    let reopened = open(&copy).unwrap();
    assert_eq!(reopened.epoch(), after);
    reopened.close().await;
}
