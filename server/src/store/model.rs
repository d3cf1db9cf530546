//! What goes into a store and comes out of it, where the protocol's own rows do not say it already.

use app::protocol::{
    Changes, ClientMessageId, FeedSnapshot, GapReason, Member, Number, Role, Room, RoomId, Seq, Slug, Timestamp, User,
    UserId,
};

use super::Constraint;

pub use crate::ids::{SessionId, TokenHash};

/// "Goes through only if `user` holds at least `role` in `room`", checked inside the transaction or snapshot.
/// Only `access` makes one in the running server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Who.
    pub user: UserId,
    /// Where.
    pub room: RoomId,
    /// As what, at least.
    pub role: Role,
}

/// A person to be added.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// Display name.
    pub name: String,
    /// The server's clock.
    pub now: Timestamp,
}

/// A sign-in to be added.
#[derive(Clone, Copy, Debug)]
pub struct NewSession {
    /// Hash of its token.
    pub token: TokenHash,
}

/// Who a session token stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedInUser {
    /// The session.
    pub session: SessionId,
    /// The person.
    pub user: User,
}

/// A room to be made.
#[derive(Clone, Debug)]
pub struct NewRoom {
    /// Wished name in addresses.
    pub slug: Slug,
    /// Name.
    pub name: String,
    /// Topic.
    pub topic: String,
    /// The server's clock.
    pub now: Timestamp,
}

/// What to change in a room's row; `None` stays.
#[derive(Clone, Debug, Default)]
pub struct RoomEdit {
    /// New name.
    pub name: Option<String>,
    /// New topic.
    pub topic: Option<String>,
}

/// What posting does with its author's read marker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnMarker {
    /// It moves to the last of the messages, in the same transaction.
    Moves,
    /// The same, unless others have posted since this message, up to which the author has read.
    MovesFrom(Number),
    /// It stays where it is; whoever says so moves it later.
    Stays,
}

impl OwnMarker {
    /// Whether it moves when this was the room's newest message before.
    pub(super) fn moves_on_from(self, newest: Number) -> bool {
        match self {
            Self::Moves => true,
            Self::MovesFrom(read) => read >= newest,
            Self::Stays => false,
        }
    }
}

/// A message to be stored.
#[derive(Clone, Debug)]
pub struct NewMessage {
    /// The sender's own name for it.
    pub client_message_id: ClientMessageId,
    /// Text.
    pub body: String,
    /// The server's clock.
    pub now: Timestamp,
}

/// A change to a stored message.
#[derive(Clone, Debug)]
pub struct MessageEdit {
    /// Which message.
    pub number: Number,
    /// The new text; `None` deletes.
    pub body: Option<String>,
    /// The server's clock.
    pub now: Timestamp,
}

/// Where a message was stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posted {
    /// Its number.
    pub number: Number,
    /// The seq that first carried it.
    pub seq: Seq,
}

/// What became of one message of several: where it stands, or `IdReused`.
pub type PostResult = Result<Posted, Constraint>;

/// What a transaction gave, and what it changed: one `Changes` per feed, to be published after the commit.
#[derive(Clone, Debug)]
pub struct Committed<T> {
    /// The result.
    pub value: T,
    /// Empty when nothing was changed.
    pub changes: Vec<Changes>,
}

/// How a reader goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CatchUp {
    /// With these; `to` may be short of the head, then ask again from there. Empty when the reader is at the head.
    Changes(Changes),
    /// By starting over.
    Gap(GapReason, FeedSnapshot),
}

/// Some rooms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoomPage {
    /// Ascending by id.
    pub rooms: Vec<Room>,
    /// Whether there are more.
    pub more: bool,
}

/// Some members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberPage {
    /// Ascending by user id.
    pub members: Vec<Member>,
    /// Their profiles.
    pub users: Vec<User>,
    /// Whether there are more.
    pub more: bool,
}
