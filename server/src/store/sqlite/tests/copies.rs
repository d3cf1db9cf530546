//! Copies: of a running database, and before a migration.

use std::{fs, sync::Arc};

use app::protocol::{Number, Timestamp};
use rusqlite::Connection;
use tempfile::TempDir;

use super::{super::copy, Durability, SqliteOptions, SqliteStore, database, open};
use crate::store::{FeedStore, contract::Stage};

#[tokio::test]
async fn a_copy_of_a_running_database_is_whole_and_keeps_its_epoch_until_it_begins_anew() {
    let (folder, other) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let stage = Stage::new(Arc::new(open(&database(&folder)).unwrap()));
    let ann = stage.person("ann").await;
    let general = stage.general().await.id;
    stage.says(&ann, general, "copied").await;
    let target = database(&other);
    let described = copy::copy(&database(&folder), &target).unwrap();
    stage.says(&ann, general, "later").await;
    assert_eq!(described.epoch, stage.store.epoch());
    stage.store.close().await;
    assert_eq!(copy::check(&target).unwrap(), described);

    let epoch = copy::begin_anew(&target).unwrap();
    assert_ne!(epoch, described.epoch);
    let files: Vec<_> = fs::read_dir(other.path()).unwrap().collect();
    assert_eq!(files.len(), 1, "nothing is left beside it: {files:?}");
    let copied = stage.reopened(Arc::new(open(&target).unwrap()));
    assert_eq!(copied.store.epoch(), epoch);
    assert_eq!(copied.message(&ann, general, Number(1)).await.body, "copied");
    assert_eq!(copied.says(&ann, general, "another story").await.number, Number(2));
    copied.store.close().await;
}

/// As the first version left it, but for the form of `messages`: that is made anew from whatever form it has.
fn unmigrate(folder: &TempDir) {
    let connection = Connection::open(database(folder)).unwrap();
    connection
        .execute_batch(
            "DROP TABLE probe;
             DROP INDEX messages_by_later_change;
             CREATE INDEX messages_by_changed ON messages (room_id, changed);
             CREATE INDEX read_markers_by_changed ON read_markers (user_id, changed);
             DELETE FROM migrations WHERE name > '0001_foundation'",
        )
        .unwrap();
}

fn snapshots(folder: &TempDir) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder.path().join("snapshots")) else {
        return Vec::new();
    };
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

async fn opened_at(folder: &TempDir, now: i64) {
    let options = SqliteOptions {
        durability: Durability::Full,
    };
    let store = SqliteStore::open(&database(folder), options, Timestamp(now)).unwrap();
    store.close().await;
}

#[tokio::test]
async fn a_database_that_holds_something_is_copied_before_it_is_migrated() {
    let folder = TempDir::new().unwrap();
    opened_at(&folder, 1).await;
    assert_eq!(snapshots(&folder), Vec::<String>::new(), "there was nothing to copy");
    unmigrate(&folder);
    opened_at(&folder, 2).await;
    assert_eq!(snapshots(&folder), ["000000000000002-before-0002_probe.db"]);
    opened_at(&folder, 3).await;
    assert_eq!(snapshots(&folder).len(), 1, "there was nothing to migrate");

    let snapshot = folder.path().join("snapshots/000000000000002-before-0002_probe.db");
    let described = copy::check(&snapshot).unwrap();
    assert_eq!(described.migrations, ["0001_foundation"]);
    // A migration that fails is tried at each start: that must not push the others out.
    for now in 4..9 {
        unmigrate(&folder);
        opened_at(&folder, now).await;
    }
    assert_eq!(snapshots(&folder), ["000000000000008-before-0002_probe.db"]);
}

/// Three copies are there when the database is migrated at this time.
async fn migrated_beside_three_copies(now: i64) -> TempDir {
    let folder = TempDir::new().unwrap();
    opened_at(&folder, 1).await;
    fs::create_dir(folder.path().join("snapshots")).unwrap();
    for (time, migration) in [(10, "a"), (11, "b"), (12, "c")] {
        let name = format!("snapshots/{time:015}-before-{migration}.db");
        fs::write(folder.path().join(name), "").unwrap();
    }
    unmigrate(&folder);
    opened_at(&folder, now).await;
    folder
}

#[tokio::test]
async fn the_last_three_snapshots_are_kept() {
    let folder = migrated_beside_three_copies(20).await;
    let expected = [(11, "b"), (12, "c"), (20, "0002_probe")];
    assert_eq!(
        snapshots(&folder),
        expected.map(|(time, name)| format!("{time:015}-before-{name}.db"))
    );
}

#[tokio::test]
async fn the_snapshot_just_taken_is_kept_though_the_clock_was_set_back() {
    let folder = migrated_beside_three_copies(5).await;
    let expected = [(5, "0002_probe"), (11, "b"), (12, "c")];
    assert_eq!(
        snapshots(&folder),
        expected.map(|(time, name)| format!("{time:015}-before-{name}.db"))
    );
}
