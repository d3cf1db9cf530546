//! Why there is no permit.

use crate::store::StoreError;

/// Why there is no permit.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// No such room, or none that the actor may know of: both get the same answer.
    #[error("no such room")]
    RoomNotFound,
    /// The room exists and may be known of, but the actor is no member.
    #[error("not a member of this room")]
    NotAMember,
    /// No such message.
    #[error("no such message")]
    MessageNotFound,
    /// The actor's role does not reach.
    #[error("not allowed in this room")]
    NotAllowed,
    /// Nobody knows: the store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}
