//! What comes in: understood, and told to this node's listeners, or to whoever waits for just this.

use std::{
    collections::HashMap,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use bytes::Bytes;
use tokio::{sync::oneshot, time::Instant};

use super::{asking::Asking, neighbours::Neighbours, wire, wire::Message};
use crate::{
    bus::{Announcement, Event, InProcessBus, Question, Signal},
    ids::NodeId,
    telemetry::BusMeters,
};

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
    /// What this node waits to hear back from itself.
    pub markers: Markers,
    /// What is counted.
    pub meters: BusMeters,
}

impl Incoming {
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
        // The map stays consistent between statements: a panic elsewhere does not spoil it.
        self.expected.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A new one, and its return.
    pub fn expect(&self) -> (u64, oneshot::Receiver<()>) {
        let number = self.last.fetch_add(1, Relaxed) + 1;
        let (came, coming) = oneshot::channel();
        self.lock().insert(number, came);
        (number, coming)
    }

    /// It is not waited for any longer.
    pub fn forget(&self, number: u64) {
        self.lock().remove(&number);
    }

    fn came(&self, number: u64) {
        if let Some(came) = self.lock().remove(&number) {
            // Whoever waited may have gone.
            let _ = came.send(());
        }
    }
}

#[cfg(test)]
mod tests {
    use app::protocol::{RoomId, UserId};

    use super::*;
    use crate::bus::Bus as _;

    fn incoming() -> Incoming {
        Incoming {
            node: NodeId(1),
            local: InProcessBus::default(),
            neighbours: Neighbours::default(),
            asking: Asking::default(),
            markers: Markers::default(),
            meters: BusMeters::default(),
        }
    }

    #[test]
    fn what_is_not_understood_is_counted_and_told_to_nobody() {
        let incoming = incoming();
        let mut listener = incoming.local.listen();
        incoming.take(Bytes::from_static(b"hello"));
        incoming.take(Bytes::new());
        assert!(listener.next_now().is_none());
        assert_eq!(incoming.meters.times_not_understood(), 2);
    }

    #[test]
    fn what_this_node_said_itself_is_not_told_again() {
        let incoming = incoming();
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
}
