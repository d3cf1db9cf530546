//! How a database is opened, and why it is not.

use std::fs;

use rusqlite::Connection;
use tempfile::TempDir;

use super::{Durability, OpenError, database, open, open_with};
use crate::store::FeedStore;

#[tokio::test]
async fn the_settings_are_those_asked_for() {
    for (durability, level) in [(Durability::Full, 2), (Durability::Normal, 1)] {
        let folder = TempDir::new().unwrap();
        let store = open_with(&database(&folder), durability).unwrap();
        let (mode, synchronous, foreign_keys): (String, i64, i64) = store
            .write(|connection| {
                let read = |pragma| connection.pragma_query_value(None, pragma, |row| row.get(0));
                let mode = connection.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
                Ok((mode, read("synchronous")?, read("foreign_keys")?))
            })
            .await
            .unwrap();
        assert_eq!((mode.as_str(), synchronous, foreign_keys), ("wal", level, 1));
        let written = store
            .read(|connection| Ok(connection.execute("DELETE FROM messages", [])?))
            .await;
        assert!(written.is_err(), "readers cannot write");
        store.close().await;
    }
}

#[tokio::test]
async fn a_second_process_is_turned_away() {
    let folder = TempDir::new().unwrap();
    let store = open(&database(&folder)).unwrap();
    assert!(matches!(open(&database(&folder)), Err(OpenError::InUse { .. })));
    store.close().await;
    open(&database(&folder)).unwrap().close().await;
}

#[tokio::test]
async fn a_newer_database_is_refused() {
    let folder = TempDir::new().unwrap();
    open(&database(&folder)).unwrap().close().await;
    let connection = Connection::open(database(&folder)).unwrap();
    connection
        .execute("INSERT INTO migrations VALUES ('9999_from_tomorrow', 'x', 0)", [])
        .unwrap();
    drop(connection);
    let error = open(&database(&folder)).err().unwrap();
    assert!(
        matches!(&error, OpenError::Newer { migration } if migration == "9999_from_tomorrow"),
        "{error}"
    );
}

#[tokio::test]
async fn an_altered_migration_is_refused() {
    let folder = TempDir::new().unwrap();
    open(&database(&folder)).unwrap().close().await;
    let connection = Connection::open(database(&folder)).unwrap();
    connection.execute("UPDATE migrations SET digest = 'x'", []).unwrap();
    drop(connection);
    assert!(matches!(open(&database(&folder)), Err(OpenError::Altered { .. })));
}

#[test]
fn a_file_of_another_kind_is_refused() {
    let folder = TempDir::new().unwrap();
    fs::write(database(&folder), "Dear diary, ".repeat(100)).unwrap();
    assert!(matches!(open(&database(&folder)), Err(OpenError::NotADatabase { .. })));
}

#[test]
fn a_place_that_cannot_be_written_is_named() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    let error = open(&folder.path().join("file").join("magpie.db")).err().unwrap();
    assert!(matches!(&error, OpenError::Unwritable { .. }), "{error}");
    let taken = folder.path().join("folder.db");
    fs::create_dir(&taken).unwrap();
    let error = open(&taken).err().unwrap();
    assert!(matches!(&error, OpenError::Unwritable { .. }), "{error}");
}
