//! Which other nodes live: those that said something of themselves within the lease.

use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, MutexGuard, PoisonError},
};

use tokio::time::Instant;

use crate::{bus::LEASE, ids::NodeId};

/// The other nodes, and when each was last heard.
#[derive(Debug, Default)]
pub struct Neighbours {
    heard: Mutex<HashMap<NodeId, Instant>>,
}

impl Neighbours {
    fn lock(&self) -> MutexGuard<'_, HashMap<NodeId, Instant>> {
        // The map stays consistent between statements: a panic elsewhere does not spoil it.
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A node said something of itself.
    pub fn heard(&self, node: NodeId, now: Instant) {
        self.lock().insert(node, now);
    }

    /// A node said goodbye.
    pub fn left(&self, node: NodeId) {
        self.lock().remove(&node);
    }

    /// Those that live.
    pub fn living(&self, now: Instant) -> HashSet<NodeId> {
        let mut heard = self.lock();
        heard.retain(|_, last| now.saturating_duration_since(*last) < LEASE);
        heard.keys().copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_silent_for_the_lease_is_not_waited_for() {
        let (neighbours, start) = (Neighbours::default(), Instant::now());
        neighbours.heard(NodeId(1), start);
        neighbours.heard(NodeId(2), start + LEASE / 2);
        neighbours.heard(NodeId(3), start + LEASE / 2);
        neighbours.left(NodeId(3));
        assert_eq!(neighbours.living(start), HashSet::from([NodeId(1), NodeId(2)]));
        assert_eq!(neighbours.living(start + LEASE), HashSet::from([NodeId(2)]));
    }
}
