//! Everything that people can be told besides success: one variant per thing.

use std::time::Duration;

use app::protocol::{TextFault, limits::ROOMS_PER_PERSON};

use crate::{
    access::AccessError,
    store::{Constraint, StoreError},
};

/// Why it was not done.
#[derive(Debug, thiserror::Error)]
pub enum ChatError {
    /// No such room, or none that the actor may know of.
    #[error("no such room")]
    RoomNotFound,
    /// The room exists, but the actor is no member.
    #[error("not a member of this room")]
    NotAMember,
    /// No such message, or a deleted one where a living one is needed.
    #[error("no such message")]
    MessageNotFound,
    /// No such person, or no member of this room.
    #[error("no such person here")]
    UserNotFound,
    /// The actor may not do this here.
    #[error("not allowed here")]
    NotAllowed,
    /// The text says nothing.
    #[error("the text is empty")]
    TextEmpty,
    /// The text is too long.
    #[error("the text is longer than {limit} characters")]
    TextTooLong {
        /// Characters allowed.
        limit: usize,
    },
    /// The name or topic holds characters that would upset what is drawn around it.
    #[error("the name holds control characters")]
    UnfitName,
    /// The `client_message_id` is malformed.
    #[error("malformed client_message_id")]
    BadClientMessageId,
    /// The `client_message_id` stands for another text or room.
    #[error("client_message_id was used before")]
    IdReused,
    /// More was asked for than the limit.
    #[error("more than {limit} asked for")]
    TooMany {
        /// How many are allowed.
        limit: usize,
    },
    /// Too fast.
    #[error("too fast, come back in {retry_after:?}")]
    TooFast {
        /// When to try again.
        retry_after: Duration,
    },
    /// The work was cut off; whether it was done is unknown.
    #[error("the work was cut off")]
    Interrupted,
    /// The store did not do it.
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for ChatError {
    fn from(error: StoreError) -> Self {
        match error {
            // The permit grew stale between looking and doing. Roles do not change yet, so the membership must have ended.
            StoreError::Refused => Self::NotAMember,
            StoreError::Conflict(Constraint::NoSuchRoom) => Self::RoomNotFound,
            StoreError::Conflict(Constraint::NoSuchUser | Constraint::NoSuchMember) => Self::UserNotFound,
            StoreError::Conflict(Constraint::NoSuchMessage) => Self::MessageNotFound,
            StoreError::Conflict(Constraint::TooManyRooms) => Self::TooMany {
                limit: ROOMS_PER_PERSON,
            },
            StoreError::Conflict(Constraint::IdReused) => Self::IdReused,
            // Two equal tokens of 256 random bits: something is broken inside, and none of the user's business.
            StoreError::Conflict(Constraint::TokenTaken) | StoreError::Unavailable(_) | StoreError::Corrupt { .. } => {
                Self::Store(error)
            }
        }
    }
}

impl From<TextFault> for ChatError {
    fn from(fault: TextFault) -> Self {
        match fault {
            TextFault::Empty => Self::TextEmpty,
            TextFault::TooLong { limit } => Self::TextTooLong { limit },
            TextFault::Unfit => Self::UnfitName,
        }
    }
}

impl From<AccessError> for ChatError {
    fn from(error: AccessError) -> Self {
        match error {
            AccessError::RoomNotFound => Self::RoomNotFound,
            AccessError::NotAMember => Self::NotAMember,
            AccessError::MessageNotFound => Self::MessageNotFound,
            AccessError::NotAllowed => Self::NotAllowed,
            AccessError::Store(error) => error.into(),
        }
    }
}
