//! What a client sends.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::id::{ClientMessageId, Epoch, Number, RequestId, RoomId, Seq, Slug, UserId};

/// One frame of a client: an id of its choice, and a command. The reply bears the same id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ClientFrame {
    /// Repeated by the reply.
    pub id: RequestId,
    /// What is wished.
    #[serde(flatten)]
    pub command: Command,
}

/// Where a client stands. The first frame of a connection, and the body of a poll.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Hello {
    /// The protocol's version: 1.
    pub protocol: u32,
    /// The epoch of what the client holds. Without it, or with another one, positions are void.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epoch: Option<Epoch>,
    /// The rooms to watch, at most 50, each with the position held; null for none.
    #[serde(default, with = "positions")]
    #[cfg_attr(feature = "schema", schemars(with = "BTreeMap<String, Option<Seq>>"))]
    pub watch: BTreeMap<RoomId, Option<Seq>>,
    /// Position held of one's user feed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<Seq>,
    /// Position held of the community feed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub community: Option<Seq>,
}

/// What a client can wish for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Command {
    /// Introduces the client. Answered by `welcome`, then per feed by `changes`, `gap` or `revoked`. Socket only.
    Hello(Hello),
    /// Watches one more room. Answered by `done`, then as `hello` does for that room. Socket only.
    Watch {
        /// Which room.
        room: RoomId,
        /// The position held, if any.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        position: Option<Seq>,
    },
    /// Watches a room no longer; `activity` takes over. Answered by `done`. Socket only.
    Unwatch {
        /// Which room.
        room: RoomId,
    },
    /// Names the people on screen, at most 200, in place of those named before. Answered by `done` and `presence`. Socket only.
    WatchPresence {
        /// Who.
        users: Vec<UserId>,
    },
    /// Says that one is writing in a room. A signal: it may be lost. Answered by `done`.
    SetTyping {
        /// Where.
        room: RoomId,
    },
    /// Posts a message. Safe to repeat with the same `client_message_id`. Answered by `posted`.
    PostMessage {
        /// Where.
        room: RoomId,
        /// The sender's own name for it.
        client_message_id: ClientMessageId,
        /// 1 to 10,000 characters.
        body: String,
        /// Up to which message the author has read. When others lie between that one and this, the author's read marker stays where it is;
        /// else, and where nothing is said, it moves to this message.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        read: Option<Number>,
    },
    /// Replaces the text of one's own message. Answered by `changed`.
    EditMessage {
        /// Where.
        room: RoomId,
        /// Which message.
        number: Number,
        /// 1 to 10,000 characters.
        body: String,
    },
    /// Deletes one's own message, or, as an owner, anyone's. Answered by `changed`.
    DeleteMessage {
        /// Where.
        room: RoomId,
        /// Which message.
        number: Number,
    },
    /// Moves one's read marker forward. Answered by `done`.
    MarkRead {
        /// Where.
        room: RoomId,
        /// The number of the last message read.
        number: Number,
    },
    /// Makes a room, with oneself as its owner. Answered by `room`.
    CreateRoom {
        /// 1 to 80 characters.
        name: String,
        /// 0 to 250 characters.
        #[serde(default)]
        topic: String,
    },
    /// Becomes a member of an open room. Answered by `room`.
    JoinRoom {
        /// Which room.
        room: RoomId,
    },
    /// Leaves a room. Answered by `done`.
    LeaveRoom {
        /// Which room.
        room: RoomId,
    },
    /// Renames a room (owners). Answered by `changed`.
    RenameRoom {
        /// Which room.
        room: RoomId,
        /// 1 to 80 characters.
        name: String,
    },
    /// Sets what a room is about (owners). Answered by `changed`.
    SetTopic {
        /// Which room.
        room: RoomId,
        /// 0 to 250 characters.
        topic: String,
    },
    /// Removes somebody from a room (owners). Answered by `changed`.
    RemoveMember {
        /// Which room.
        room: RoomId,
        /// Whom.
        user: UserId,
    },
    /// Changes one's display name. Answered by `done`.
    SetName {
        /// 1 to 40 characters.
        name: String,
    },
    /// Lists the rooms that one may join, in the order of their ids. Answered by `rooms`.
    ListRooms {
        /// Only those with a higher id.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<RoomId>,
    },
    /// Finds a room by its name in addresses. Answered by `room`.
    FindRoom {
        /// As in `/rooms/general`.
        slug: Slug,
    },
    /// Reads older messages: the page that ends just before `before`, or at the newest. Answered by `page`.
    GetMessages {
        /// Where.
        room: RoomId,
        /// Only smaller numbers.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<Number>,
        /// How many at most: 1 to 500; 50 when not said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        limit: Option<u32>,
    },
    /// Lists a room's members in the order of their ids. Answered by `members`.
    GetMembers {
        /// Where.
        room: RoomId,
        /// Only those with a higher id.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<UserId>,
    },
    /// Reads public profiles, at most 200. Unknown ids are left out. Answered by `users`.
    GetUsers {
        /// Whose.
        users: Vec<UserId>,
    },
}

/// Object keys are strings in JSON; inside a tagged enum serde does not turn them into integers by itself.
mod positions {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serializer, de::Error as _};

    use super::{RoomId, Seq};

    pub(super) fn serialize<S: Serializer>(
        watch: &BTreeMap<RoomId, Option<Seq>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_map(watch.iter().map(|(room, position)| (room.to_string(), position)))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<RoomId, Option<Seq>>, D::Error> {
        let map = BTreeMap::<String, Option<Seq>>::deserialize(deserializer)?;
        map.into_iter()
            .map(|(room, position)| match room.parse() {
                Ok(room) => Ok((RoomId(room), position)),
                Err(_) => Err(D::Error::custom("expected room ids as keys")),
            })
            .collect()
    }
}
