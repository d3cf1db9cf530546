//! Tries whether the database can be written and read.

use super::{PostgresStore, epoch, error, transaction::Transaction};
use crate::store::{Committed, Result, StoreError};

impl PostgresStore {
    /// Tries to write and to read, at most once a second.
    pub(super) async fn try_out(&self) -> Result<()> {
        let write_and_read = async { self.database.change(write_and_read).await.map(|_| ()) };
        let outcome = self.health.check("(postgres)", write_and_read).await;
        if self.database.home.has_left() {
            return Err(StoreError::Unavailable(epoch::LEFT.into()));
        }
        outcome
    }
}

async fn write_and_read(transaction: Transaction) -> Result<Committed<()>> {
    transaction
        .row("SELECT count FROM probe FOR NO KEY UPDATE", &[])
        .await?
        .ok_or_else(|| error::missing("probe"))?;
    transaction.execute("UPDATE probe SET count = count + 1", &[]).await?;
    Ok(Committed {
        value: (),
        changes: Vec::new(),
    })
}
