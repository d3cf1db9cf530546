//! Brings a database up to this version's tables. A migration is never edited once it has landed.

use app::protocol::Timestamp;
use deadpool_postgres::{Object, Transaction};
use sha2::{Digest, Sha256};

use super::{
    epoch::{self, Place},
    open::OpenError,
};

/// One step: its name, under which it is recorded, and its statements.
struct Migration {
    name: &'static str,
    statements: &'static str,
}

/// Names the files of `server/migrations/postgres`, in order.
macro_rules! migrations {
    ($($name:literal),* $(,)?) => {
        &[$(Migration { name: $name, statements: include_str!(concat!("../../../migrations/postgres/", $name, ".sql")) }),*]
    };
}

const MIGRATIONS: &[Migration] = migrations![
    "0001_foundation",
    "0002_probe",
    "0003_fewer_indexes",
    "0004_message_ids_in_order"
];

/// The advisory lock under which one node at a time opens a database: "magpie" in ASCII. A node waits for it as long as the one
/// before it takes, ten minutes at most.
const OPENING: &str = "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '10min'; SELECT pg_advisory_xact_lock(x'6d6167706965'::bigint)";

/// Applies what is missing and begins or finds the epoch, all of it or nothing, while no other node does.
pub(super) async fn run(client: &mut Object, now: Timestamp) -> Result<Place, OpenError> {
    let transaction = client.transaction().await?;
    transaction.batch_execute(OPENING).await?;
    make_table(&transaction).await?;
    check_known(&transaction).await?;
    for migration in MIGRATIONS {
        apply(&transaction, migration, now).await?;
    }
    let place = epoch::begin(&transaction, now).await?;
    transaction.commit().await?;
    Ok(place)
}

/// Asked first: whoever may not make tables may still run Magpie on those that are there.
async fn make_table(transaction: &Transaction<'_>) -> Result<(), OpenError> {
    let is_new: bool = transaction
        .query_one("SELECT to_regclass('migrations') IS NULL", &[])
        .await?
        .try_get(0)?;
    if is_new {
        transaction
            .batch_execute(
                "CREATE TABLE migrations (name TEXT PRIMARY KEY, digest TEXT NOT NULL, applied_at BIGINT NOT NULL)",
            )
            .await?;
    }
    Ok(())
}

/// A name that this version does not know was left by a newer one, which may mean anything by its rows.
async fn check_known(transaction: &Transaction<'_>) -> Result<(), OpenError> {
    for row in transaction
        .query("SELECT name FROM migrations ORDER BY name", &[])
        .await?
    {
        let name: String = row.try_get(0)?;
        if !MIGRATIONS.iter().any(|migration| migration.name == name) {
            return Err(OpenError::Newer { migration: name });
        }
    }
    Ok(())
}

async fn apply(transaction: &Transaction<'_>, migration: &Migration, now: Timestamp) -> Result<(), OpenError> {
    let digest: String = Sha256::digest(migration.statements)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let applied = transaction
        .query_opt("SELECT digest FROM migrations WHERE name = $1", &[&migration.name])
        .await?;
    if let Some(applied) = applied {
        let applied: String = applied.try_get(0)?;
        return if applied == digest {
            Ok(())
        } else {
            Err(OpenError::Altered {
                migration: migration.name.to_owned(),
            })
        };
    }
    transaction.batch_execute(migration.statements).await?;
    transaction
        .execute(
            "INSERT INTO migrations (name, digest, applied_at) VALUES ($1, $2, $3)",
            &[&migration.name, &digest, &now.0],
        )
        .await?;
    tracing::info!(migration = migration.name, "the database was migrated");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_in_the_folder_is_applied_and_in_order() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/postgres");
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
}
