//! Who asks.

use app::protocol::{User, UserId};

use crate::store::{SessionId, SignedInUser};

/// Who does this request: a person, and the session they signed in with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// The person, as they stood when the request or connection began.
    pub user: User,
    /// Their sign-in. When it ends, so do its connections.
    pub session: SessionId,
}

impl Actor {
    /// The person's id.
    pub fn id(&self) -> UserId {
        self.user.id
    }
}

impl From<SignedInUser> for Actor {
    fn from(SignedInUser { session, user }: SignedInUser) -> Self {
        Self { user, session }
    }
}
