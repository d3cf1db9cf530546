//! The three kinds of feed: a head, and rows that carry the number of their last change.

use std::{fmt, str::FromStr};

use serde::{Serialize, Serializer};

use super::{
    id::{RoomId, UserId},
    json::Json,
    read::{Read, Unreadable, deserialized_by_reading},
};

/// Which feed. On the wire a string: `room:12`, `user:3`, `community`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FeedId {
    /// What the members of a room share.
    Room(RoomId),
    /// What is private to one person: room list, read markers.
    User(UserId),
    /// What everyone shares: public profiles.
    Community,
}

impl fmt::Display for FeedId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Room(room) => write!(formatter, "room:{room}"),
            Self::User(user) => write!(formatter, "user:{user}"),
            Self::Community => formatter.write_str("community"),
        }
    }
}

impl FromStr for FeedId {
    type Err = UnknownFeed;

    fn from_str(text: &str) -> Result<Self, UnknownFeed> {
        if text == "community" {
            return Ok(Self::Community);
        }
        let (kind, id) = text.split_once(':').ok_or(UnknownFeed)?;
        let id = id.parse().map_err(|_| UnknownFeed)?;
        match kind {
            "room" => Ok(Self::Room(RoomId(id))),
            "user" => Ok(Self::User(UserId(id))),
            _ => Err(UnknownFeed),
        }
    }
}

/// The text names no feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownFeed;

impl fmt::Display for UnknownFeed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("expected `room:ID`, `user:ID` or `community`")
    }
}

impl Serialize for FeedId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Read for FeedId {
    fn read(json: Json) -> Result<Self, Unreadable> {
        String::read(json)?.parse().map_err(|_| Unreadable("a feed"))
    }
}

deserialized_by_reading!(FeedId);

#[cfg(feature = "schema")]
impl schemars::JsonSchema for FeedId {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "FeedId".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "Which feed: `room:12`, `user:3` or `community`.",
            "type": "string",
            "pattern": "^(room:[0-9]+|user:[0-9]+|community)$"
        })
    }
}
