//! Brings a database up to this version's tables. A migration is never edited once it has landed.

use std::path::Path;

use app::protocol::Timestamp;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior};
use sha2::{Digest, Sha256};

use super::{copy, open::OpenError};

/// One step: its name, under which it is recorded, and its statements.
struct Migration {
    name: &'static str,
    statements: &'static str,
}

/// Names the files of `server/migrations/sqlite`, in order.
macro_rules! migrations {
    ($($name:literal),* $(,)?) => {
        &[$(Migration { name: $name, statements: include_str!(concat!("../../../migrations/sqlite/", $name, ".sql")) }),*]
    };
}

const MIGRATIONS: &[Migration] = migrations![
    "0001_foundation",
    "0002_probe",
    "0003_fewer_indexes",
    "0004_message_ids_in_order"
];

/// Where it stands which of them were applied.
const RECORD: &str = "CREATE TABLE IF NOT EXISTS migrations (
         name TEXT PRIMARY KEY,
         digest TEXT NOT NULL,
         applied_at INTEGER NOT NULL
     ) STRICT, WITHOUT ROWID";

/// Applies what is missing, each step in a transaction of its own. A database that holds something is copied before.
pub(super) fn run(connection: &mut Connection, path: &Path, now: Timestamp) -> Result<(), OpenError> {
    connection.execute_batch(RECORD)?;
    check_known(connection)?;
    let applied: u32 = connection.query_row("SELECT count(*) FROM migrations", [], |row| row.get(0))?;
    if applied > 0
        && let Some(next) = MIGRATIONS.get(applied as usize)
    {
        copy::snapshot(connection, path, next.name, now)?;
    }
    for migration in MIGRATIONS {
        apply(connection, migration, now)?;
    }
    Ok(())
}

/// A name that this version does not know was left by a newer one, which may mean anything by its rows.
pub(super) fn check_known(connection: &Connection) -> Result<(), OpenError> {
    let mut statement = connection.prepare("SELECT name FROM migrations ORDER BY name")?;
    for name in statement.query_map([], |row| row.get::<_, String>(0))? {
        let name = name?;
        if !MIGRATIONS.iter().any(|migration| migration.name == name) {
            return Err(OpenError::Newer { migration: name });
        }
    }
    Ok(())
}

fn apply(connection: &mut Connection, migration: &Migration, now: Timestamp) -> Result<(), OpenError> {
    let digest: String = Sha256::digest(migration.statements)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let applied: Option<String> = transaction
        .query_row(
            "SELECT digest FROM migrations WHERE name = ?1",
            [migration.name],
            |row| row.get(0),
        )
        .optional()?;
    match applied {
        Some(applied) if applied == digest => return Ok(()),
        Some(_) => {
            return Err(OpenError::Altered {
                migration: migration.name.to_owned(),
            });
        }
        None => {}
    }
    transaction.execute_batch(migration.statements)?;
    transaction.execute(
        "INSERT INTO migrations (name, digest, applied_at) VALUES (?1, ?2, ?3)",
        (migration.name, digest, now.0),
    )?;
    transaction.commit()?;
    tracing::info!(migration = migration.name, "the database was migrated");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_in_the_folder_is_applied_and_in_order() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/sqlite");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        files.sort();
        let named: Vec<String> = MIGRATIONS
            .iter()
            .map(|migration| format!("{}.sql", migration.name))
            .collect();
        assert_eq!(files, named);
    }

    #[test]
    fn messages_outlive_their_table_being_made_anew() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(RECORD).unwrap();
        connection.execute_batch("PRAGMA foreign_keys = 1").unwrap();
        let place = MIGRATIONS
            .iter()
            .position(|migration| migration.name == "0004_message_ids_in_order")
            .unwrap();
        let (before, after) = MIGRATIONS.split_at(place);
        for migration in before {
            apply(&mut connection, migration, Timestamp(1)).unwrap();
        }
        connection
            .execute_batch(
                "INSERT INTO users VALUES (1, 'Ann', 1, 0, 1), (2, 'Bob', 1, 0, 2);
                 INSERT INTO rooms VALUES (1, 'general', 'General', '', 1, 1, 2, 3, 9, NULL, 4, 1);
                 INSERT INTO messages VALUES (1, 1, 1, 1, 'b', 1, zeroblob(16), 7, NULL, 0, 'first'),
                     (1, 2, 4, 1, 'a', 2, zeroblob(16), 8, 9, 0, 'edited'), (1, 3, 3, 2, 'a', 3, zeroblob(16), 9, NULL, 1, '');",
            )
            .unwrap();
        let told = |connection: &Connection| -> Vec<String> {
            let mut statement = connection
                .prepare(
                    "SELECT json_array(room_id, number, changed, author_id, client_message_id, posted_at_seq, hex(posted_digest),
                         posted_at, edited_at, is_deleted, body) FROM messages ORDER BY number",
                )
                .unwrap();
            let rows = statement.query_map([], |row| row.get(0)).unwrap();
            rows.collect::<rusqlite::Result<_>>().unwrap()
        };
        let stored = told(&connection);
        for migration in after {
            apply(&mut connection, migration, Timestamp(2)).unwrap();
        }
        assert_eq!((told(&connection), stored.len()), (stored, 3));
        let twice =
            "INSERT INTO messages SELECT room_id, 4, 5, author_id, client_message_id, 5, posted_digest, 1, NULL, 0, ''
             FROM messages WHERE number = 2";
        assert!(connection.execute(twice, []).is_err(), "an author uses an id once");
    }
}
