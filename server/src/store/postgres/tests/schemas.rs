//! Both backends keep the same: tables and columns have the same names.

use std::collections::BTreeSet;

use rusqlite::Connection;

use super::database;

/// Of each database its own: how it is known which one it is.
const SQLITE_ALONE: &[&str] = &["database.running"];
const POSTGRES_ALONE: &[&str] = &["database.system_identifier", "database.timeline"];

fn of_sqlite() -> BTreeSet<String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("magpie.db");
    drop(crate::store::sqlite::SqliteStore::open(
        &path,
        crate::store::sqlite::SqliteOptions::default(),
        app::protocol::Timestamp(0),
    ));
    let connection = Connection::open(&path).unwrap();
    let mut statement = connection
        .prepare(
            "SELECT tables.name || '.' || columns.name
             FROM sqlite_schema AS tables JOIN pragma_table_info(tables.name) AS columns
             WHERE tables.type = 'table' AND tables.name NOT LIKE 'sqlite_%'",
        )
        .unwrap();
    let names = statement.query_map([], |row| row.get(0)).unwrap();
    names.map(Result::unwrap).collect()
}

#[tokio::test]
async fn tables_and_columns_have_the_same_names_in_both() {
    let Some(database) = database().await else { return };
    let client = database.client().await;
    let columns = client
        .query(
            "SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'public'",
            &[],
        )
        .await
        .unwrap();
    let mut postgres: BTreeSet<String> = columns.iter().map(|row| row.get(0)).collect();
    let mut sqlite = of_sqlite();
    assert!(SQLITE_ALONE.iter().all(|name| sqlite.remove(*name)));
    assert!(POSTGRES_ALONE.iter().all(|name| postgres.remove(*name)));
    assert_eq!(postgres, sqlite);
    assert!(postgres.contains("messages.posted_digest"), "something was compared");
}

#[test]
fn migrations_have_the_same_names_in_both() {
    let named = |backend: &str| {
        let folder = format!("{}/migrations/{backend}", env!("CARGO_MANIFEST_DIR"));
        let files = std::fs::read_dir(folder).unwrap();
        files.map(|file| file.unwrap().file_name()).collect::<BTreeSet<_>>()
    };
    assert_eq!(named("postgres"), named("sqlite"));
}
