//! The rows that people share. Each carries `changed`, the seq of its last change in its feed; the higher one wins.

use serde::{Deserialize, Serialize};

use super::{
    id::{ClientMessageId, Number, RoomId, Seq, Slug, Timestamp, UserId},
    json::Json,
    read::{Read, Unreadable, read_word, readable},
};

/// A person's public profile. A row of the community feed, keyed by `id`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct User {
    /// Who.
    pub id: UserId,
    /// The name that others see, 1 to 40 characters. Not unique.
    pub name: String,
    /// Seq of the last change in the community feed.
    pub changed: Seq,
}

readable!(User { id, name, changed });

/// A place of talk. A row of its own feed: there is one per room feed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Room {
    /// Which room.
    pub id: RoomId,
    /// Its name in addresses; never changes.
    pub slug: Slug,
    /// 1 to 80 characters.
    pub name: String,
    /// 0 to 250 characters.
    pub topic: String,
    /// How many members it has now.
    pub members: u64,
    /// When it was made.
    pub created_at: Timestamp,
    /// Seq of the last change in the room's feed.
    pub changed: Seq,
    /// Had more than [`MEMBER_ROWS`](super::limits::MEMBER_ROWS) members at some time: since then its feed and its snapshot name none.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub large: bool,
}

readable!(Room {
    id,
    slug,
    name,
    topic,
    members,
    created_at,
    changed,
    large or default,
});

/// A message as it now stands. A row of the room's feed, keyed by `number`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Message {
    /// Its place in the room, dense from 1.
    pub number: Number,
    /// Seq of the last change in the room's feed.
    pub changed: Seq,
    /// Who wrote it.
    pub author: UserId,
    /// The author's own name for it; unique per author.
    pub client_message_id: ClientMessageId,
    /// The text as written; empty once deleted.
    pub body: String,
    /// When the server stored it.
    pub posted_at: Timestamp,
    /// When its text was last changed, if ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<Timestamp>,
    /// Deleted: only this tombstone remains.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deleted: bool,
}

readable!(Message {
    number,
    changed,
    author,
    client_message_id,
    body,
    posted_at,
    edited_at or default,
    deleted or default,
});

/// What a member may do in a room. Later ones include earlier ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Reads and posts.
    Member,
    /// Also renames the room, sets its topic, removes members and deletes anyone's messages.
    Owner,
}

impl Read for Role {
    fn read(json: Json) -> Result<Self, Unreadable> {
        read_word(json, "a role")
    }
}

/// A person's standing in a room. A row of the room's feed, keyed by `user`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Member {
    /// Who.
    pub user: UserId,
    /// What they may do here.
    pub role: Role,
    /// When they joined last.
    pub joined_at: Timestamp,
    /// Left or removed: only this tombstone remains.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub left: bool,
    /// Seq of the last change in the room's feed.
    pub changed: Seq,
}

readable!(Member { user, role, joined_at, left or default, changed });

/// That a room is on one's list, and since when. A row of the user feed, keyed by `room.id`.
///
/// Room, head, posts and `last_posted_at` are as they stood when the row was read; the room's own feed, or `activity`, carries them on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ListedRoom {
    /// The room.
    pub room: Room,
    /// One's own role in it.
    pub role: Role,
    /// The room's head.
    pub head: Seq,
    /// The number of the room's newest message; 0 when there is none.
    pub posts: Number,
    /// When the newest message was stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_posted_at: Option<Timestamp>,
    /// One's own read marker: `posts - read` messages are unread.
    pub read: Number,
    /// No longer on the list: only this tombstone remains.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub left: bool,
    /// Seq of the last change of the *listing* in the user's feed.
    pub changed: Seq,
}

readable!(ListedRoom { room, role, head, posts, last_posted_at or default, read, left or default, changed });

/// How far one has read in a room. A row of the user feed, keyed by `room`; never moves back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReadMarker {
    /// Where.
    pub room: RoomId,
    /// The number of the last message read.
    pub read: Number,
    /// Seq of the last change in the user's feed.
    pub changed: Seq,
}

readable!(ReadMarker { room, read, changed });
