//! What can go wrong between client and server. The list is closed; none of it tells what is inside the server.

use serde::{Deserialize, Serialize};

use super::{
    json::Json,
    read::{Read, Unreadable, read_word, readable},
};

/// Why a command was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The frame is not a JSON object of the protocol.
    BadFrame,
    /// The frame's `type` is unknown to this server.
    UnknownType,
    /// The client speaks another version of the protocol.
    UnsupportedProtocol,
    /// Something else came before `hello`, or a second `hello`, or over HTTP a command that needs a connection.
    HelloExpected,
    /// No valid session.
    NotSignedIn,
    /// No such room, or none that you may know of.
    RoomNotFound,
    /// The room exists, but you are not a member.
    NotAMember,
    /// No such message.
    MessageNotFound,
    /// No such person, or not a member of this room.
    UserNotFound,
    /// You may not do this here.
    NotAllowed,
    /// The text is empty.
    TextEmpty,
    /// The text is longer than the limit.
    TextTooLong,
    /// The `client_message_id` is malformed.
    BadClientMessageId,
    /// This `client_message_id` was used for another text or room.
    IdReused,
    /// More rooms, people or rows than the limit.
    TooMany,
    /// Too fast: come back after `retry_after_ms`.
    TooFast,
    /// The server cannot store or read just now. Nothing was done, or it is unknown whether it was; a retry is safe.
    Unavailable,
    /// Sent by a newer server than this client knows.
    #[serde(other)]
    #[cfg_attr(feature = "schema", schemars(skip))]
    Unknown,
}

impl Read for ErrorCode {
    fn read(json: Json) -> Result<Self, Unreadable> {
        read_word(json, "an error code")
    }
}

/// A refusal, as it travels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Rejection {
    /// For programs.
    pub code: ErrorCode,
    /// For people who write programs: an English sentence. The UI has its own, in the reader's language.
    pub message: String,
    /// When to try again, in milliseconds from now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
}

readable!(Rejection { code, message, retry_after_ms or default });
