//! Fan-out inside this node: the same bytes to every connection that watches. Holds bytes and writers, not values.
//!
//! Invariant: nothing after n is written to a connection whose person was removed at n: the next release of a feed begins when the
//! one before it is over, with the removal that it carries.

mod activity;
mod delivery;
mod elsewhere;
pub mod frame;
mod people;
mod registry;
mod send_queue;
mod signal;
mod waiting;
mod watched_feed;
mod writer;

#[cfg(test)]
mod tests;

/// Why a reader cannot be registered with a feed.
pub use crate::feed::CarryError;
pub use people::GRACE;
pub use registry::{Hub, QueueFigures};
pub use send_queue::{Kind, QUEUE_BYTES, Standpoint};
pub use waiting::Waiting;
pub use writer::{ConnectionId, Work, Writer};
