//! Proofs that somebody may do something. Their fields are private, so nobody else can make one.

use app::protocol::{Number, RoomId, UserId};

use crate::store::Standing;

use super::policy::{Action, needed_role};

/// Defines a permit for one action of the policy. `issue` is for `lookup` alone, after it has looked.
macro_rules! permit {
    ($(#[$doc:meta])* $name:ident for $action:expr) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $name(Standing);

        impl $name {
            pub(super) const ACTION: Action = $action;

            pub(super) fn issue(user: UserId, room: RoomId) -> Self {
                Self(Standing { user, room, role: needed_role(Self::ACTION) })
            }

            /// What the store checks again, inside the transaction: the least role that the action needs.
            pub fn standing(&self) -> Standing {
                self.0
            }
        }
    };
}

permit! {
    /// May read messages and members, watch the room, and move their own read marker.
    CanRead for Action::Read
}
permit! {
    /// May post, and show that they are typing.
    CanPost for Action::Post
}
permit! {
    /// May leave.
    CanLeave for Action::Leave
}
permit! {
    /// May rename the room, set its topic and remove members.
    CanModerate for Action::Moderate
}

/// May replace the text of this message: it is their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CanEdit {
    standing: Standing,
    number: Number,
}

impl CanEdit {
    pub(super) fn issue(user: UserId, room: RoomId, number: Number) -> Self {
        Self {
            standing: Standing {
                user,
                room,
                role: needed_role(Action::ChangeOwnMessage),
            },
            number,
        }
    }

    /// What the store checks again.
    pub fn standing(&self) -> Standing {
        self.standing
    }

    /// Which message.
    pub fn number(&self) -> Number {
        self.number
    }
}

/// May delete this message: it is their own, or they delete anyone's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CanDelete {
    standing: Standing,
    number: Number,
}

impl CanDelete {
    pub(super) fn issue(user: UserId, room: RoomId, number: Number, action: Action) -> Self {
        Self {
            standing: Standing {
                user,
                room,
                role: needed_role(action),
            },
            number,
        }
    }

    /// What the store checks again.
    pub fn standing(&self) -> Standing {
        self.standing
    }

    /// Which message.
    pub fn number(&self) -> Number {
        self.number
    }
}

/// May become a member. Carries no standing: there is none yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CanJoin {
    user: UserId,
    room: RoomId,
}

impl CanJoin {
    pub(super) fn issue(user: UserId, room: RoomId) -> Self {
        Self { user, room }
    }

    /// Who.
    pub fn user(&self) -> UserId {
        self.user
    }

    /// Where.
    pub fn room(&self) -> RoomId {
        self.room
    }
}
