//! What the server sends.

use serde::Serialize;

use super::{
    change::Changes,
    error::Rejection,
    feed::FeedId,
    id::{Epoch, Number, RequestId, RoomId, Seq, Timestamp, UserId},
    json::{Json, Object},
    model::{Member, Room, User},
    read::{Read, Unreadable, deserialized_by_reading, fields, readable},
    snapshot::{FeedSnapshot, GapReason, Page},
};

/// One frame of the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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
    /// Something was posted in a room of yours that this connection does not watch. At most one a second and room.
    Activity(Activity),
    /// The server lives. Everything that it counts was sent before it.
    Heartbeat {
        /// Watched feeds that moved since the last heartbeat, with the head that has been sent.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        heads: Vec<FeedHead>,
        /// The server cannot reach the other nodes of its community just now: what happens there comes a few seconds late.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        delayed: bool,
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

impl Read for ServerFrame {
    fn read(json: Json) -> Result<Self, Unreadable> {
        let mut frame = Object::of(json)?;
        let kind: String = frame.take("type")?;
        Ok(match kind.as_str() {
            "welcome" => Self::Welcome(Read::read(Json::Object(frame))?),
            "changes" => Self::Changes(Read::read(Json::Object(frame))?),
            "gap" => fields!(frame => Self::Gap { feed, reason, snapshot }),
            "revoked" => fields!(frame => Self::Revoked { room }),
            "activity" => Self::Activity(Read::read(Json::Object(frame))?),
            "heartbeat" => fields!(frame => Self::Heartbeat { heads or default, delayed or default }),
            "typing" => fields!(frame => Self::Typing { room, user }),
            "presence" => fields!(frame => Self::Presence { users }),
            "ok" => fields!(frame => Self::Ok { id, result }),
            "error" => Self::Error {
                id: frame.take_or_default("id")?,
                rejection: Read::read(Json::Object(frame))?,
            },
            _ => Self::Unknown,
        })
    }
}

deserialized_by_reading!(ServerFrame);

/// The answer to `hello`. What follows for each feed is said by `changes`, `gap` and `revoked`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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

readable!(Welcome {
    id,
    protocol,
    epoch,
    you,
    rooms
});

/// Where a room stands: enough for a badge and for the order of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
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

readable!(Activity { room, head, posts, last_posted_at or default });

/// Where a feed stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FeedHead {
    /// Which feed.
    pub feed: FeedId,
    /// The last position sent.
    pub head: Seq,
}

readable!(FeedHead { feed, head });

/// Whether somebody is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Presence {
    /// Who.
    pub user: UserId,
    /// Has at least one live connection.
    pub online: bool,
}

readable!(Presence { user, online });

/// What a command that succeeded gives back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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

impl Read for Reply {
    fn read(json: Json) -> Result<Self, Unreadable> {
        let mut reply = Object::of(json)?;
        let kind: String = reply.take("kind")?;
        Ok(match kind.as_str() {
            "done" => Self::Done,
            "posted" => fields!(reply => Self::Posted { number, seq }),
            "changed" => fields!(reply => Self::Changed { seq }),
            "room" => fields!(reply => Self::Room { room, member }),
            "rooms" => fields!(reply => Self::Rooms { rooms, more }),
            "page" => fields!(reply => Self::Page { page }),
            "members" => fields!(reply => Self::Members { members, users, more }),
            "users" => fields!(reply => Self::Users { users }),
            _ => return Err(Unreadable("a known kind of reply")),
        })
    }
}

deserialized_by_reading!(Reply);
