//! What PostgreSQL says, in the words of the store.

use std::{error::Error as _, io};

use deadpool_postgres::{HookError, PoolError, TimeoutType};
use tokio_postgres::error::SqlState;

use crate::store::StoreError;

/// What went wrong, without the details that PostgreSQL adds to it: those quote rows, and so what people wrote.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    /// The server answered with an error.
    #[error("{message} (SQLSTATE {})", code.code())]
    Told {
        /// Which.
        code: SqlState,
        /// In a sentence of PostgreSQL's, without values.
        message: String,
    },
    /// The server did not prove its name. Nothing was said to it.
    #[error("{0}")]
    Untrusted(String),
    /// There was no answer, or none that makes sense. Whether the server did it is unknown.
    #[error("{0}")]
    Untold(String),
}

impl Trouble {
    /// The code, when the server gave one.
    pub(super) fn code(&self) -> Option<&SqlState> {
        match self {
            Self::Told { code, .. } => Some(code),
            Self::Untrusted(_) | Self::Untold(_) => None,
        }
    }
}

impl From<tokio_postgres::Error> for Trouble {
    fn from(error: tokio_postgres::Error) -> Self {
        if let Some(told) = error.as_db_error() {
            return Self::Told {
                code: told.code().clone(),
                message: told.message().to_owned(),
            };
        }
        if let Some(rustls::Error::InvalidCertificate(what)) = of_tls(&error) {
            return Self::Untrusted(what.to_string());
        }
        let mut sentence = error.to_string();
        let mut cause = error.source();
        while let Some(next) = cause {
            sentence = format!("{sentence}: {next}");
            cause = next.source();
        }
        Self::Untold(sentence)
    }
}

/// What TLS said, if it did.
fn of_tls(error: &tokio_postgres::Error) -> Option<&rustls::Error> {
    let line = error.source()?.downcast_ref::<io::Error>()?;
    line.get_ref()?.downcast_ref()
}

impl From<PoolError> for Trouble {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Backend(error) | PoolError::PostCreateHook(HookError::Backend(error)) => error.into(),
            PoolError::PostCreateHook(HookError::Message(message)) => Self::Untold(message.into_owned()),
            PoolError::Timeout(TimeoutType::Wait) => Self::Untold("all connections are in use".to_owned()),
            PoolError::Timeout(_) => Self::Untold("the server did not answer in time".to_owned()),
            PoolError::Closed => Self::Untold("the store is closed".to_owned()),
            PoolError::NoRuntimeSpecified => Self::Untold("there is no runtime".to_owned()),
        }
    }
}

impl From<Trouble> for StoreError {
    fn from(trouble: Trouble) -> Self {
        let code = trouble.code().map_or("", SqlState::code);
        // Constraints hold whatever the deeds do, and damage is damage.
        if code.starts_with("23") || code == SqlState::DATA_CORRUPTED.code() || code == SqlState::INDEX_CORRUPTED.code()
        {
            return corrupt(trouble);
        }
        Self::Unavailable(Box::new(trouble))
    }
}

impl From<tokio_postgres::Error> for StoreError {
    fn from(error: tokio_postgres::Error) -> Self {
        Trouble::from(error).into()
    }
}

/// The error does not say which table it was in words of ours; its text does as a rule.
pub(super) fn corrupt(detail: impl ToString) -> StoreError {
    StoreError::Corrupt {
        table: "(postgres)",
        detail: detail.to_string(),
    }
}

/// A row that has to be there is not.
pub(super) fn missing(table: &'static str) -> StoreError {
    StoreError::Corrupt {
        table,
        detail: "a row is missing".to_owned(),
    }
}

/// For callers that come too late.
pub(super) fn closed() -> StoreError {
    StoreError::Unavailable("the store is closed".into())
}

/// What a caller is told whose deed panicked: it was rolled back.
#[derive(Debug, thiserror::Error)]
#[error("the deed panicked")]
struct Panicked;

/// For the caller whose deed panicked.
pub(super) fn panicked() -> StoreError {
    StoreError::Unavailable(Box::new(Panicked))
}

/// The code that the server gave for the error, if it was one.
fn code(error: &StoreError) -> Option<&SqlState> {
    let StoreError::Unavailable(source) = error else {
        return None;
    };
    source.downcast_ref::<Trouble>().and_then(Trouble::code)
}

/// Whether the server undid the transaction because of what others did at the same time: it is worth another try.
pub(super) fn is_collision(error: &StoreError) -> bool {
    let collisions = [SqlState::T_R_SERIALIZATION_FAILURE, SqlState::T_R_DEADLOCK_DETECTED];
    code(error).is_some_and(|code| collisions.contains(code))
}

/// Whether a deed for so many rooms, all of it undone, is worth a try for each of them: one alone may be the cause. It waits longer
/// for its lock then.
pub(super) fn may_go_alone(error: &StoreError, rooms: usize) -> bool {
    let is_locked = code(error) == Some(&SqlState::LOCK_NOT_AVAILABLE);
    let is_of_one = match error {
        StoreError::Corrupt { .. } => true,
        // What took too long may have waited for several locks, one after the other.
        StoreError::Unavailable(source) => {
            is_collision(error) || code(error) == Some(&SqlState::QUERY_CANCELED) || source.is::<Panicked>()
        }
        StoreError::Refused | StoreError::Conflict(_) => false,
    };
    is_locked || rooms > 1 && is_of_one
}
