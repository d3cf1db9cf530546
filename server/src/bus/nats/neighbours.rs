//! Which other nodes live: those that said something of themselves within the lease.

use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, MutexGuard},
};

use tokio::time::Instant;

use crate::{bus::LEASE, ids::NodeId, lock::lock};

/// The other nodes, and when each was last heard.
#[derive(Debug, Default)]
pub struct Neighbours {
    heard: Mutex<HashMap<NodeId, Instant>>,
}

impl Neighbours {
    fn lock(&self) -> MutexGuard<'_, HashMap<NodeId, Instant>> {
        lock(&self.heard)
    }

    /// A node said something of itself.
    pub fn heard(&self, node: NodeId, now: Instant) {
        let mut heard = self.lock();
        // Whoever comes takes the place of those who went without a goodbye.
        if heard.insert(node, now).is_none() {
            forget_silent(&mut heard, now);
        }
    }

    /// A node said goodbye.
    pub fn left(&self, node: NodeId) {
        self.lock().remove(&node);
    }

    /// Those that live.
    pub fn living(&self, now: Instant) -> HashSet<NodeId> {
        let mut heard = self.lock();
        forget_silent(&mut heard, now);
        heard.keys().copied().collect()
    }
}

fn forget_silent(heard: &mut HashMap<NodeId, Instant>, now: Instant) {
    heard.retain(|_, last| now.saturating_duration_since(*last) < LEASE);
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

    #[test]
    fn nodes_that_never_say_goodbye_are_forgotten_though_nobody_asks_who_lives() {
        let (neighbours, start) = (Neighbours::default(), Instant::now());
        for restart in 0..100 {
            neighbours.heard(NodeId(restart.into()), start + LEASE * restart);
        }
        assert_eq!(neighbours.lock().len(), 1);
    }
}
