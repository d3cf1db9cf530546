//! What comes in: understood, and told to this node's listeners, or to whoever waits for just this.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use bytes::Bytes;
use tokio::{
    sync::{broadcast, oneshot},
    time::Instant,
};

use super::{asking::Asking, neighbours::Neighbours, wire, wire::Message};
use crate::{
    bus::{Announcement, Event, InProcessBus, Question, Signal, Spending},
    ids::NodeId,
    lock::lock,
    telemetry::BusMeters,
};

/// Lists of what was spent elsewhere that may wait to be charged: one of each node a second. More are dropped, oldest first.
const SPENDING: usize = 64;

/// Takes in what others say, and leaves out what this node said itself: its own listeners had that directly.
pub struct Incoming {
    /// Who this is.
    pub node: NodeId,
    /// This node's listeners.
    pub local: InProcessBus,
    /// The other nodes.
    pub neighbours: Neighbours,
    /// What was asked of them.
    pub asking: Asking,
    /// Whoever charges what is spent elsewhere.
    pub spending: broadcast::Sender<Arc<[Spending]>>,
    /// What this node waits to hear back from itself.
    pub markers: Markers,
    /// What is counted.
    pub meters: BusMeters,
}

impl Incoming {
    /// Has heard nothing yet.
    pub fn new(node: NodeId) -> Self {
        Self {
            node,
            local: InProcessBus::default(),
            neighbours: Neighbours::default(),
            asking: Asking::default(),
            spending: broadcast::channel(SPENDING).0,
            markers: Markers::default(),
            meters: BusMeters::default(),
        }
    }

    /// Takes in one message.
    pub fn take(&self, payload: Bytes) {
        let Some((node, message)) = wire::decode(payload) else {
            self.meters.not_understood();
            return;
        };
        if node == self.node {
            if let Message::Marker(number) = message {
                self.markers.came(number);
            }
            return;
        }
        self.meters.received();
        match message {
            Message::Changes(encoded) => self.local.tell(Event::Encoded(encoded.into())),
            Message::Typing(room, user) => self.local.tell(Event::Signal(Signal::Typing { room, user })),
            Message::SessionEnded(session, number) => {
                let question = Question { node, number };
                self.local
                    .tell(Event::Asked(Signal::SessionEnded { session }, question));
            }
            Message::Answer(number) => self.asking.answered(number, node),
            Message::Announcement(announcement) => {
                match announcement {
                    Announcement::Leaving => self.neighbours.left(node),
                    _ => self.neighbours.heard(node, Instant::now()),
                }
                self.local.tell(Event::Announced(node, announcement));
            }
            Message::Spending(spending) => {
                // An error means that nobody charges it, as in tests.
                let _ = self.spending.send(spending.into());
            }
            // Those of others are sent to themselves.
            Message::Marker(_) => {}
        }
    }
}

/// What this node sent to itself and has not heard back yet.
#[derive(Debug, Default)]
pub struct Markers {
    expected: Mutex<HashMap<u64, oneshot::Sender<()>>>,
    last: AtomicU64,
}

impl Markers {
    fn lock(&self) -> MutexGuard<'_, HashMap<u64, oneshot::Sender<()>>> {
        lock(&self.expected)
    }

    /// A new one, whose return is waited for.
    pub fn expect(&self) -> Expected<'_> {
        let number = self.last.fetch_add(1, Relaxed) + 1;
        let (came, coming) = oneshot::channel();
        self.lock().insert(number, came);
        Expected {
            markers: self,
            number,
            coming,
        }
    }

    fn came(&self, number: u64) {
        if let Some(came) = self.lock().remove(&number) {
            // Whoever waited may have gone.
            let _ = came.send(());
        }
    }
}

/// A marker that is waited for; dropping it ends that.
pub struct Expected<'a> {
    markers: &'a Markers,
    /// What is in the marker.
    pub number: u64,
    coming: oneshot::Receiver<()>,
}

impl Expected<'_> {
    /// Ready when it has come back.
    pub async fn comes(&mut self) {
        // Whoever holds the other end keeps it until then.
        let _ = (&mut self.coming).await;
    }
}

impl Drop for Expected<'_> {
    fn drop(&mut self) {
        self.markers.lock().remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use app::protocol::{RoomId, UserId};
    use futures::FutureExt as _;

    use super::*;
    use crate::bus::Bus as _;

    #[test]
    fn what_is_not_understood_is_counted_and_told_to_nobody() {
        let incoming = Incoming::new(NodeId(1));
        let mut listener = incoming.local.listen();
        incoming.take(Bytes::from_static(b"hello"));
        incoming.take(Bytes::new());
        assert!(listener.next_now().is_none());
        assert_eq!(incoming.meters.times_not_understood(), 2);
    }

    #[test]
    fn what_this_node_said_itself_is_not_told_again() {
        let incoming = Incoming::new(NodeId(1));
        let mut listener = incoming.local.listen();
        let typing = Message::Typing(RoomId(1), UserId(2));
        incoming.take(wire::encode(NodeId(1), &typing));
        assert!(listener.next_now().is_none());
        incoming.take(wire::encode(NodeId(2), &typing));
        assert!(matches!(
            listener.next_now(),
            Some(Event::Signal(Signal::Typing { .. }))
        ));
    }

    #[test]
    fn a_marker_is_expected_until_it_comes_or_nobody_waits() {
        let incoming = Incoming::new(NodeId(1));
        let (mut one, other) = (incoming.markers.expect(), incoming.markers.expect());
        incoming.take(wire::encode(NodeId(2), &Message::Marker(one.number)));
        assert!(one.comes().now_or_never().is_none(), "another node's");
        incoming.take(wire::encode(NodeId(1), &Message::Marker(one.number)));
        assert!(one.comes().now_or_never().is_some());
        drop(other);
        assert!(incoming.markers.lock().is_empty());
    }
}
