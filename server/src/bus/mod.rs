//! Tells every node what was committed. A hint, not the truth: at most once, in any order.
//!
//! A loss shows as a hole in the seqs; `feed` fills it from the store. A loss that nothing follows shows to whoever asks the
//! store where the feeds stand, which `feed` does as long as other nodes can be reached only by a bus that may lose.

mod encoded;
mod event;

mod in_process;
mod nats;

#[cfg(test)]
mod contract;
#[cfg(test)]
pub(crate) mod samples;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use futures::future::{self, BoxFuture};
use tokio::sync::broadcast;

use app::protocol::{Changes, FeedId};

use crate::telemetry::BusMeters;

pub use encoded::{
    Encoded, Listing, activity_at_least, activity_of, frame_json, is_count, left, listings, split_at_removals,
    without_rows_of_large_rooms,
};
pub use event::{Allowance, Announcement, Event, Question, Signal, Spending};
pub use in_process::InProcessBus;
pub use nats::{BusError, NatsBus};

/// For how long a node that said who is on it counts as living. It says so more than twice in that time.
pub const LEASE: Duration = Duration::from_secs(12);

/// For how long a sign-out waits for nodes that do not answer. By then each of them has asked the store which of its sessions
/// have ended: `feed` does so every [`SESSION_CHECK`].
pub const ANSWER_PATIENCE: Duration = Duration::from_secs(6);

/// Between two times that a node among several asks the store which of its connections' sessions have ended.
pub const SESSION_CHECK: Duration = Duration::from_secs(4);

/// Whom a bus reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// There is one node. Nothing is lost without [`Event::Lost`].
    OneNode,
    /// There may be others, and they can be reached. Now and then something may be lost without a word.
    OtherNodes,
    /// There may be others, and none can be reached at the moment: they learn from the store, seconds later.
    Nobody,
}

/// Carries changes and signals between nodes.
///
/// Guarantee: what is published reaches each listener at most once, in any order, perhaps not at all. Publishing never
/// fails for the publisher, and never waits for the network: the change is already safe in the store.
#[async_trait]
pub trait Bus: Send + Sync + 'static {
    /// Tells that these changes are committed.
    async fn publish(&self, changes: Arc<Changes>);
    /// Tells a signal. The end of a session is told when each living node has acted on it, or has had [`ANSWER_PATIENCE`].
    async fn signal(&self, signal: Signal);
    /// Hears everything published from now on: on this node, and on the others in the feeds that are followed.
    fn listen(&self) -> Box<dyn Listener>;
    /// Hears from now on what other nodes publish in this feed. It is asked for at once, and ready when the bus vouches for it;
    /// or when the bus cannot be reached: whoever reads the feed's head after that, and asks for it again now and then,
    /// misses nothing either way.
    fn follow(&self, _feed: FeedId) -> BoxFuture<'static, ()> {
        Box::pin(future::ready(()))
    }
    /// Hears it no longer.
    fn unfollow(&self, _feed: FeedId) {}
    /// Tells the other nodes who is on this one. May be lost.
    fn announce(&self, _announcement: Announcement) {}
    /// Tells another node that this one has acted on what it asked.
    fn answer(&self, _question: Question) {}
    /// Tells the other nodes what people have spent on this one. May be lost.
    fn tell_spending(&self, _spending: Vec<Spending>) {}
    /// What people spend on other nodes, from now on; `None` where there is one node. It is no event: it concerns nobody who is
    /// connected, and goes past those who carry what does.
    fn spending(&self) -> Option<broadcast::Receiver<Arc<[Spending]>>> {
        None
    }
    /// Whom it reaches at the moment.
    fn reach(&self) -> Reach {
        Reach::OneNode
    }
    /// The figures of its work, when there is something to tell.
    fn meters(&self) -> Option<BusMeters> {
        None
    }
}

/// One listener's end of the bus.
#[async_trait]
pub trait Listener: Send + 'static {
    /// The next event; `None` once the bus is gone.
    async fn next(&mut self) -> Option<Event>;
    /// The next event if there is one already.
    fn next_now(&mut self) -> Option<Event>;
}
