//! What a store can answer besides success. Absence is an `Option`, not an error.

use std::fmt;

/// Why a store did not do it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The standing that the deed needs does not hold (any more). Nothing was changed.
    #[error("the standing does not hold")]
    Refused,
    /// The deed contradicts what is stored. Nothing was changed.
    #[error("conflict: {0}")]
    Conflict(Constraint),
    /// The database cannot be used just now; whether the deed was done is unknown.
    #[error("the database cannot be used: {0}")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// What is stored makes no sense.
    #[error("corrupt row in {table}: {detail}")]
    Corrupt {
        /// Where.
        table: &'static str,
        /// What was wrong.
        detail: String,
    },
}

impl StoreError {
    /// The same once more, for somebody else who asked the same.
    pub fn again(&self) -> Self {
        match self {
            Self::Refused => Self::Refused,
            Self::Conflict(constraint) => Self::Conflict(*constraint),
            Self::Unavailable(source) => Self::Unavailable(source.to_string().into()),
            Self::Corrupt { table, detail } => Self::Corrupt {
                table,
                detail: detail.clone(),
            },
        }
    }
}

/// What was contradicted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Constraint {
    /// The session token's hash is in use.
    TokenTaken,
    /// There is no such user.
    NoSuchUser,
    /// There is no such room.
    NoSuchRoom,
    /// The target is not a member.
    NoSuchMember,
    /// There is no such message, or it is deleted.
    NoSuchMessage,
    /// The person is in as many rooms as one may be.
    TooManyRooms,
    /// The `client_message_id` stands for another body or room.
    IdReused,
}

impl fmt::Display for Constraint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::TokenTaken => "token taken",
            Self::NoSuchUser => "no such user",
            Self::NoSuchRoom => "no such room",
            Self::NoSuchMember => "no such member",
            Self::NoSuchMessage => "no such message",
            Self::TooManyRooms => "too many rooms",
            Self::IdReused => "client_message_id reused",
        })
    }
}
