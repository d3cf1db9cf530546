//! What SQLite says, in the words of the store.

use rusqlite::{Connection, ErrorCode};

use crate::store::StoreError;

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match &error {
            rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::QueryReturnedNoRows => corrupt(&error),
            rusqlite::Error::SqliteFailure(failure, _) => match failure.code {
                ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase | ErrorCode::ConstraintViolation => {
                    corrupt(&error)
                }
                _ => Self::Unavailable(Box::new(error)),
            },
            _ => Self::Unavailable(Box::new(error)),
        }
    }
}

/// The error does not say which table it was; its text does as a rule.
fn corrupt(error: &rusqlite::Error) -> StoreError {
    StoreError::Corrupt {
        table: "(sqlite)",
        detail: error.to_string(),
    }
}

/// For callers that come too late.
pub(super) fn closed() -> StoreError {
    StoreError::Unavailable("the store is closed".into())
}

/// For the caller whose deed panicked: it was rolled back.
pub(super) fn panicked() -> StoreError {
    StoreError::Unavailable("the deed panicked".into())
}

/// Ends the transaction that a failure left open, if it did. Should that fail too, the next `BEGIN` says so.
pub(super) fn roll_back(connection: &Connection) {
    if !connection.is_autocommit()
        && let Err(error) = connection.execute_batch("ROLLBACK")
    {
        tracing::error!(%error, "a transaction could not be rolled back");
    }
}
