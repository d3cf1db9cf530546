//! The wire: one JSON object per text frame, typed once, for socket, polling and HTTP alike.
//!
//! Invariant: these are plain values. Nothing in here does I/O, reads a clock or draws.
//! `docs/protocol.md` tells the same story for people who write a client in another language.

pub mod change;
pub mod client_frame;
pub mod close;
pub mod error;
pub mod feed;
pub mod http;
pub mod id;
pub mod json;
pub mod limits;
pub mod model;
pub mod read;
#[cfg(feature = "schema")]
pub mod schema;
pub mod server_frame;
pub mod snapshot;
pub mod text;

pub use change::{Changes, Item};
pub use client_frame::{ClientFrame, Command, Hello};
pub use close::CloseCode;
pub use error::{ErrorCode, Rejection};
pub use feed::FeedId;
pub use id::{ClientMessageId, Epoch, Number, RequestId, RoomId, Seq, Slug, Timestamp, UserId};
pub use model::{ListedRoom, Member, Message, ReadMarker, Role, Room, User};
pub use server_frame::{Activity, Reply, ServerFrame, Welcome};
pub use snapshot::{FeedSnapshot, GapReason, Page, RoomElsewhere, RoomSnapshot, Snapshot, UserSnapshot};
pub use text::TextFault;

/// The protocol's version. A client that says another one in `hello` is told `unsupported_protocol`.
pub const VERSION: u32 = 1;

#[cfg(test)]
mod tests;
