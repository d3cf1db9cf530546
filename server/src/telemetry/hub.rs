//! The figures of the hub.

use prometheus_client::{
    metrics::{counter::Counter, gauge::Gauge},
    registry::Registry,
};

use super::feeds::gauge;

/// Who listens, and what waits for them.
#[derive(Clone, Debug, Default)]
pub struct HubMeters {
    deliveries: Counter,
    overflows: Counter,
    connections: Gauge,
    behind: Gauge,
    queued: Gauge,
    polls: Gauge,
}

impl HubMeters {
    /// One release was written or queued for so many connections.
    pub fn delivered(&self, connections: u64) {
        self.deliveries.inc_by(connections);
    }

    /// A connection's queue was dropped because its reader is slow.
    pub fn overflowed(&self) {
        self.overflows.inc();
    }

    /// A long poll begins to wait.
    pub fn poll_begins(&self) {
        self.polls.inc();
    }

    /// A long poll is answered.
    pub fn poll_ends(&self) {
        self.polls.dec();
    }

    /// How many connections there are now, how many of them have to catch up, and how many bytes wait for them.
    pub fn holds(&self, connections: u64, behind: u64, queued: u64) {
        self.connections.set(gauge(connections));
        self.behind.set(gauge(behind));
        self.queued.set(gauge(queued));
    }

    pub(super) fn register(&self, registry: &mut Registry) {
        let deliveries = "Changes handed to connections: one for each connection and frame";
        registry.register("deliveries", deliveries, self.deliveries.clone());
        let overflows = "Queues of slow readers that were dropped, to catch up later";
        registry.register("queue_overflows", overflows, self.overflows.clone());
        registry.register("connections", "WebSocket connections", self.connections.clone());
        let behind = "Connections that have to catch up from the database";
        registry.register("connections_behind", behind, self.behind.clone());
        let queued = "Bytes that wait for slow readers";
        registry.register("queue_bytes", queued, self.queued.clone());
        registry.register("polls", "Polls being answered or waiting", self.polls.clone());
    }
}
