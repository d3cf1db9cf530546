//! Identifiers and numbers. Each has its own type, so that a room cannot be passed where a user is meant.
//!
//! All integers stay below 2^53, so that every JSON reader keeps them exact.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{
    json::Json,
    read::{Read, Unreadable},
};

/// Defines a transparent integer newtype with the traits that a map key and a log field need.
macro_rules! integer {
    ($(#[$doc:meta])* $name:ident($inner:ty)) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(transparent)]
        pub struct $name(pub $inner);

        impl Read for $name {
            fn read(json: Json) -> Result<Self, Unreadable> {
                Read::read(json).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(formatter)
            }
        }
    };
}

integer! {
    /// A room. Made by the server, never reused.
    RoomId(u64)
}
integer! {
    /// A person. Made by the server, never reused.
    UserId(u64)
}
integer! {
    /// A change's place in its feed, dense from 1; as a position, how far a reader has come. 0 is "before everything".
    Seq(u64)
}
integer! {
    /// A message's place in its room, dense from 1, never reused. 0 is "before everything".
    Number(u64)
}
integer! {
    /// What a client frame carries and its reply repeats. The client chooses it; fresh per connection is enough.
    RequestId(u64)
}
integer! {
    /// Milliseconds since 1970-01-01T00:00:00Z, by the server's clock. For people to read; nothing is ordered by it.
    Timestamp(i64)
}

impl Seq {
    /// The seq after this one.
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl Number {
    /// The number after this one.
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

/// Defines a transparent string newtype.
macro_rules! string {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl Read for $name {
            fn read(json: Json) -> Result<Self, Unreadable> {
                Read::read(json).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(formatter)
            }
        }
    };
}

string! {
    /// The sender's own name for a message: 1 to 64 of `A-Z a-z 0-9 - _`, one per message. Best it begins with the time, as a
    /// UUIDv7 does (RFC 9562): then many are stored side by side. It makes a retry harmless and ties the sender's pending row to the confirmed one. It travels to everyone and grants nothing.
    ClientMessageId
}
string! {
    /// Names the database. Another epoch means: what you hold is of another history, start over.
    Epoch
}
string! {
    /// A room's name in addresses (`/rooms/general`). Made from the room's first name; stays when the room is renamed.
    Slug
}

impl ClientMessageId {
    /// Whether the text keeps to the form that the server accepts.
    pub fn is_well_formed(&self) -> bool {
        let length = self.0.len();
        (1..=super::limits::CLIENT_MESSAGE_ID_CHARS).contains(&length)
            && self
                .0
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    }
}
