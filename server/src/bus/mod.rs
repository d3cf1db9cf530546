//! Tells every node what was committed. A hint, not the truth: at most once, in any order.
//!
//! A loss shows as a hole in the seqs; `feed` fills it from the store.

mod in_process;

use std::sync::Arc;

use async_trait::async_trait;

use app::protocol::{Changes, RoomId, UserId};

use crate::ids::SessionId;

pub use in_process::InProcessBus;

/// What need not last, or need not be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signal {
    /// Somebody writes in a room.
    Typing {
        /// Where.
        room: RoomId,
        /// Who.
        user: UserId,
    },
    /// A session ended: its connections are to be closed.
    SessionEnded {
        /// Which.
        session: SessionId,
    },
}

/// What a listener hears.
#[derive(Clone, Debug)]
pub enum Event {
    /// Something was committed.
    Changes(Arc<Changes>),
    /// A signal.
    Signal(Signal),
    /// Something was lost since the last event; nobody knows what.
    Lost,
}

/// Carries changes and signals between nodes.
///
/// Guarantee: what is published reaches each listener at most once, in any order, perhaps not at all. Publishing never
/// fails for the publisher: the change is already safe in the store.
#[async_trait]
pub trait Bus: Send + Sync + 'static {
    /// Tells that these changes are committed.
    async fn publish(&self, changes: Arc<Changes>);
    /// Tells a signal.
    async fn signal(&self, signal: Signal);
    /// Hears everything published from now on.
    fn listen(&self) -> Box<dyn Listener>;
}

/// One listener's end of the bus.
#[async_trait]
pub trait Listener: Send + 'static {
    /// The next event; `None` once the bus is gone.
    async fn next(&mut self) -> Option<Event>;
    /// The next event if there is one already.
    fn next_now(&mut self) -> Option<Event>;
}
