//! Why there is no backup, or nothing restored. Each is one sentence for the operator.

use std::{fmt::Display, io, path::Path};

use crate::store::sqlite::OpenError;

/// Why it was not done.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// It was asked for in a way, or at a place, that cannot be.
    #[error("{0}")]
    Refused(String),
    /// What is in the backup is not what it should be.
    #[error("the backup is damaged: {0}")]
    Damaged(String),
}

impl BackupError {
    /// Something could not be done with a file.
    pub(super) fn at(doing: &str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let place = format!("cannot {doing} {}", path.display());
        move |error| Self::Refused(format!("{place}: {error}"))
    }

    /// The archive is not what it should be.
    pub(super) fn damaged(what: impl Display) -> Self {
        Self::Damaged(what.to_string())
    }
}

impl From<OpenError> for BackupError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Damaged { .. } => Self::damaged(error),
            _ => Self::Refused(error.to_string()),
        }
    }
}
