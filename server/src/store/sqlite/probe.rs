//! Tries whether the database can be written and read.

use rusqlite::Connection;

use super::SqliteStore;
use crate::store::Result;

/// More than fits beside a row, so that whole pages have to be had for it.
const BALLAST_BYTES: i64 = 16 * 1024;

impl SqliteStore {
    /// Tries to write and to read, at most once a second.
    pub(super) async fn try_out(&self) -> Result<()> {
        let write_and_read = async {
            self.write_then(write, |()| ()).await?;
            self.read(read).await
        };
        self.health.check("(sqlite)", write_and_read).await
    }
}

fn write(connection: &Connection) -> Result<()> {
    connection
        .prepare_cached("UPDATE probe SET count = count + 1, ballast = zeroblob(?1)")?
        .execute([BALLAST_BYTES])?;
    connection
        .prepare_cached("UPDATE probe SET ballast = x''")?
        .execute([])?;
    Ok(())
}

fn read(connection: &Connection) -> Result<()> {
    connection
        .prepare_cached("SELECT count FROM probe")?
        .query_row([], |row| row.get::<_, i64>(0))?;
    Ok(())
}
