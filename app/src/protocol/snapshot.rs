//! Full states: what a client starts from, and what it falls back to when changes cannot carry it on.

use serde::{Deserialize, Serialize};

use super::{
    id::{Epoch, Number, Seq, Slug},
    json::{Json, Object},
    model::{ListedRoom, Member, Message, Room, User},
    read::{Read, Unreadable, deserialized_by_reading, fields, read_word, readable},
};

/// The one door into a client's state: embedded in the page by server rendering, or built from `welcome` and `gap`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Snapshot {
    /// Names the database.
    pub epoch: Epoch,
    /// Who is signed in.
    pub you: User,
    /// One's rooms, and the position of one's user feed.
    pub user: UserSnapshot,
    /// Position of the community feed.
    pub community: Seq,
    /// The room that the page shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<RoomSnapshot>,
}

readable!(Snapshot { epoch, you, user, community, room or default });

/// What is at a page's address where that is no room of the reader's own. Embedded in the page beside the snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RoomElsewhere {
    /// The address.
    pub slug: Slug,
    /// The room there, which one may join; none when there is no such room.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<Room>,
}

readable!(RoomElsewhere { slug, room or default });

/// Everything private to one person, at one position of the user feed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UserSnapshot {
    /// Position of the user feed.
    pub position: Seq,
    /// The rooms on one's list, in no particular order. None of them is `left`.
    pub rooms: Vec<ListedRoom>,
}

readable!(UserSnapshot { position, rooms });

/// A room with its newest page, at one position of the room's feed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RoomSnapshot {
    /// The room.
    pub room: Room,
    /// Position of the room's feed.
    pub position: Seq,
    /// Its newest messages.
    pub page: Page,
    /// Its members, none of them `left`; empty in large rooms.
    pub members: Vec<Member>,
}

readable!(RoomSnapshot {
    room,
    position,
    page,
    members
});

/// Neighbouring messages of one room, as they now stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Page {
    /// The number of the room's newest message when the page was read; 0 when there is none.
    pub posts: Number,
    /// Ascending and dense: every number from the first to the last is there, deleted ones as tombstones.
    pub messages: Vec<Message>,
    /// The profiles of all authors and members that the page or its snapshot names.
    pub users: Vec<User>,
}

readable!(Page { posts, messages, users });

/// What a `gap` carries instead of changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FeedSnapshot {
    /// For a room's feed.
    Room(RoomSnapshot),
    /// For a user's feed.
    User(UserSnapshot),
    /// For the community feed: profiles are asked for when they are needed.
    Community {
        /// Position of the community feed.
        position: Seq,
    },
}

impl Read for FeedSnapshot {
    fn read(json: Json) -> Result<Self, Unreadable> {
        let mut snapshot = Object::of(json)?;
        let kind: String = snapshot.take("kind")?;
        Ok(match kind.as_str() {
            "room" => Self::Room(Read::read(Json::Object(snapshot))?),
            "user" => Self::User(Read::read(Json::Object(snapshot))?),
            "community" => fields!(snapshot => Self::Community { position }),
            _ => return Err(Unreadable("a known kind of snapshot")),
        })
    }
}

deserialized_by_reading!(FeedSnapshot);

impl FeedSnapshot {
    /// The position that the snapshot was read at.
    pub fn position(&self) -> Seq {
        match self {
            Self::Room(snapshot) => snapshot.position,
            Self::User(snapshot) => snapshot.position,
            Self::Community { position } => *position,
        }
    }
}

/// Why a reader gets a snapshot instead of changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum GapReason {
    /// The reader named no position, or one of another epoch.
    First,
    /// It is more than 5,000 changes behind, or from before the room became large.
    TooFar,
    /// It named a position that this feed has not reached.
    Future,
}

impl Read for GapReason {
    fn read(json: Json) -> Result<Self, Unreadable> {
        read_word(json, "a reason")
    }
}
