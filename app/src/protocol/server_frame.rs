//! What the server sends.

use serde::{Deserialize, Serialize};

use super::{
    change::Changes,
    error::Rejection,
    feed::FeedId,
    id::{Epoch, Number, RequestId, RoomId, Seq, Timestamp, UserId},
    model::{Member, Room, User},
    snapshot::{FeedSnapshot, GapReason, Page},
};

/// One frame of the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ServerFrame {
    /// Answers `hello`.
    Welcome(Welcome),
    /// Rows of one feed as they now stand.
    Changes(Changes),
    /// Drop what you hold of this feed, except what is still to be sent, and start from this.
    Gap {
        /// Which feed.
        feed: FeedId,
        /// Why.
        reason: GapReason,
        /// From where to go on.
        snapshot: FeedSnapshot,
    },
    /// You may not read this room (any more). Drop what you hold of it.
    Revoked {
        /// Which room.
        room: RoomId,
    },
    /// Something happened in a room of yours that this connection does not watch. At most one a second and room.
    Activity(Activity),
    /// The server lives. Everything that it counts was sent before it.
    Heartbeat {
        /// Watched feeds that moved since the last heartbeat, with the head that has been sent.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        heads: Vec<FeedHead>,
    },
    /// Somebody writes in a watched room. Shown for 6 s, or until their message arrives.
    Typing {
        /// Where.
        room: RoomId,
        /// Who.
        user: UserId,
    },
    /// Who is here, of those named in `watch_presence`.
    Presence {
        /// Those whose state is told; the others stay as they were.
        users: Vec<Presence>,
    },
    /// Answers a command that succeeded.
    Ok {
        /// That of the command.
        id: RequestId,
        /// Its result.
        result: Reply,
    },
    /// Answers a command that failed, or a frame that could not be read (then without id).
    Error {
        /// That of the command.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<RequestId>,
        /// Why.
        #[serde(flatten)]
        rejection: Rejection,
    },
    /// Sent by a newer server than this client knows; to be ignored.
    #[serde(other)]
    #[cfg_attr(feature = "schema", schemars(skip))]
    Unknown,
}

/// The answer to `hello`. What follows for each feed is said by `changes`, `gap` and `revoked`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Welcome {
    /// That of `hello`.
    pub id: RequestId,
    /// The protocol's version.
    pub protocol: u32,
    /// Names the database. Another one than the client's: drop everything except what is still to be sent.
    pub epoch: Epoch,
    /// Who is signed in.
    pub you: User,
    /// Where the rooms on one's list stand, so that badges are right at once.
    pub rooms: Vec<Activity>,
}

/// Where a room stands: enough for a badge and for the order of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Activity {
    /// Which room.
    pub room: RoomId,
    /// Its head.
    pub head: Seq,
    /// The number of its newest message.
    pub posts: Number,
    /// When the newest message was stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_posted_at: Option<Timestamp>,
}

/// Where a feed stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FeedHead {
    /// Which feed.
    pub feed: FeedId,
    /// The last position sent.
    pub head: Seq,
}

/// Whether somebody is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Presence {
    /// Who.
    pub user: UserId,
    /// Has at least one live connection.
    pub online: bool,
}

/// What a command that succeeded gives back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Reply {
    /// It is done; there is nothing more to say.
    Done,
    /// The message is stored: it is durable, and will reach everyone as a change.
    Posted {
        /// Its place in the room.
        number: Number,
        /// Seq of the change that first carried it.
        seq: Seq,
    },
    /// The shared row is changed; the change reaches everyone at this seq.
    Changed {
        /// Seq in the room's feed.
        seq: Seq,
    },
    /// One room.
    Room {
        /// As it now stands.
        room: Room,
        /// Whether you are a member.
        member: bool,
    },
    /// Some of the open rooms.
    Rooms {
        /// Ascending by id, at most 100.
        rooms: Vec<Room>,
        /// Whether there are more.
        more: bool,
    },
    /// Some messages.
    Page {
        /// The messages.
        page: Page,
    },
    /// Some members.
    Members {
        /// Ascending by user id, at most 200.
        members: Vec<Member>,
        /// Their profiles.
        users: Vec<User>,
        /// Whether there are more.
        more: bool,
    },
    /// Some profiles.
    Users {
        /// Those that exist.
        users: Vec<User>,
    },
}
