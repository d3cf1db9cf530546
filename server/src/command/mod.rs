//! From frame to reply: one file per command. Each asks `access` for a permit, calls one rule of `service`, and says the
//! result in the protocol's words. Returns values; writes to no socket.

mod decode;
mod dispatch;
mod rejection;

// What connections and pages ask for besides commands.
mod resume;
mod sign_in;
mod snapshot;
mod watch;
mod welcome;

// The commands, in the protocol's order.
mod set_typing;

mod delete_message;
mod edit_message;
mod mark_read;
mod post_message;

mod create_room;
mod join_room;
mod leave_room;
mod remove_member;
mod rename_room;
mod set_name;
mod set_topic;

mod find_room;
mod get_members;
mod get_messages;
mod get_users;
mod list_rooms;

pub use crate::access::{Actor, CanRead};
pub use crate::ids::Token;
pub use crate::service::{CatchUp, Draft, Service, SignedUp};

pub use decode::{NAMES, decode};
pub use dispatch::execute;
pub use post_message::{draft, post_together};
pub use rejection::{
    bad_frame, cannot_read, code_name, hello_expected, not_signed_in, origin_refused, rejection, too_big, too_many,
    unavailable,
};
pub use resume::{Resumed, resume};
pub use sign_in::{actor, is_signed_in, sign_in, sign_out};
pub use snapshot::snapshot;
pub use watch::{can_watch, check_reading};
pub use welcome::{activities, check_parts, is_delayed, welcome};
