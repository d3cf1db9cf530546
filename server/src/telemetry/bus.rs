//! The figures of a bus between nodes.

use prometheus_client::{
    metrics::{counter::Counter, gauge::Gauge},
    registry::Registry,
};

use super::feeds::gauge;

/// What goes to other nodes and comes from them.
#[derive(Clone, Debug, Default)]
pub struct BusMeters {
    sent: Counter,
    received: Counter,
    dropped: Counter,
    not_understood: Counter,
    reachable: Gauge,
    followed: Gauge,
}

impl BusMeters {
    /// One message was handed to the bus.
    pub fn sent(&self) {
        self.sent.inc();
    }

    /// One message of another node came.
    pub fn received(&self) {
        self.received.inc();
    }

    /// One message found no place, or the bus was away.
    pub fn dropped(&self) {
        self.dropped.inc();
    }

    /// Something came that no node of this version says.
    pub fn not_understood(&self) {
        self.not_understood.inc();
    }

    /// How often that was.
    pub fn times_not_understood(&self) -> u64 {
        self.not_understood.get()
    }

    /// Whether the bus can be reached now.
    pub fn is_reachable(&self, is: bool) {
        self.reachable.set(i64::from(is));
    }

    /// To how many feeds the node listens now.
    pub fn follows(&self, feeds: usize) {
        self.followed.set(gauge(feeds as u64));
    }

    pub(super) fn register(&self, registry: &mut Registry) {
        let sent = "Messages handed to the bus for other nodes";
        registry.register("bus_sent", sent, self.sent.clone());
        let received = "Messages of other nodes that the bus brought";
        registry.register("bus_received", received, self.received.clone());
        let dropped = "Messages for other nodes that were dropped because the bus was away or too slow";
        registry.register("bus_dropped", dropped, self.dropped.clone());
        let garbage = "Messages on the bus that no node of this version says";
        registry.register("bus_not_understood", garbage, self.not_understood.clone());
        let reachable = "Whether the bus can be reached: 1, or 0 while it is away";
        registry.register("bus_reachable", reachable, self.reachable.clone());
        let followed = "Feeds that this node listens to on the bus";
        registry.register("bus_feeds_followed", followed, self.followed.clone());
    }
}
