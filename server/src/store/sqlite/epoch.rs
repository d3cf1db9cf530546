//! Which database this is, and whether it was closed the last time.

use app::protocol::{Epoch, Timestamp};
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior};

use super::open::Durability;

/// Notes that the database is running, on the disk before anything else is written, and gives its epoch. A new database
/// gets an epoch and the room where everyone starts. One that ran under `normal` and was not closed gets a new epoch:
/// the loss of power may have taken commits that clients have seen.
pub(super) fn begin(connection: &mut Connection, durability: Durability, now: Timestamp) -> rusqlite::Result<Epoch> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found: Option<(String, Option<String>)> = transaction
        .query_row("SELECT epoch, running FROM database", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    let epoch = match found {
        None => {
            make_first_room(&transaction, now)?;
            fresh(&transaction)?
        }
        Some((_, Some(running))) if running == Durability::Normal.to_string() => {
            tracing::warn!("the database was not closed under durability normal: clients start over");
            fresh(&transaction)?
        }
        Some((epoch, _)) => epoch,
    };
    transaction.execute(
        "INSERT INTO database (only_row, epoch, running) VALUES (1, ?1, ?2)
         ON CONFLICT (only_row) DO UPDATE SET epoch = excluded.epoch, running = excluded.running",
        (&epoch, durability.to_string()),
    )?;
    transaction.commit()?;
    Ok(Epoch(epoch))
}

/// Notes that the database is closed. Nothing may be written after it.
pub(super) fn end(connection: &Connection) -> rusqlite::Result<()> {
    // The note has to be on the disk together with everything before it: that is what `full` means.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.execute("UPDATE database SET running = NULL", [])?;
    Ok(())
}

/// 128 random bits; SQLite seeds its generator from the system.
fn fresh(transaction: &Transaction<'_>) -> rusqlite::Result<String> {
    transaction.query_row("SELECT lower(hex(randomblob(16)))", [], |row| row.get(0))
}

fn make_first_room(transaction: &Transaction<'_>, now: Timestamp) -> rusqlite::Result<()> {
    transaction.execute(
        "INSERT INTO rooms (slug, name, topic, created_at, for_everyone, members, posts, head, changed)
         VALUES ('general', 'General', '', ?1, 1, 0, 0, 1, 1)",
        [now.0],
    )?;
    Ok(())
}
