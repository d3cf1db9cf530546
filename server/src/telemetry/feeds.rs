//! The figures of the feeds.

use prometheus_client::{
    metrics::{counter::Counter, gauge::Gauge},
    registry::Registry,
};

/// What leaves this node, and what had to be fetched for it.
#[derive(Clone, Debug, Default)]
pub struct FeedMeters {
    seqs_released: Counter,
    holes_filled: Counter,
    bus_losses: Counter,
    carried: Gauge,
    highest_head: Gauge,
}

impl FeedMeters {
    /// So many seqs of a feed were handed to the hub.
    pub fn released(&self, seqs: u64) {
        self.seqs_released.inc_by(seqs);
    }

    /// The store gave what the bus had not brought.
    pub fn hole_filled(&self) {
        self.holes_filled.inc();
    }

    /// The bus lost events.
    pub fn bus_lost(&self) {
        self.bus_losses.inc();
    }

    /// How many feeds are carried now, and how far the farthest of them has got.
    pub fn carries(&self, feeds: usize, highest_head: u64) {
        self.carried.set(gauge(feeds as u64));
        self.highest_head.set(gauge(highest_head));
    }

    pub(super) fn register(&self, registry: &mut Registry) {
        let released = "Changes of feeds that were told to their watchers, counted by seq";
        registry.register("seqs_released", released, self.seqs_released.clone());
        let holes = "Times that the store gave what the bus had not brought";
        registry.register("holes_filled", holes, self.holes_filled.clone());
        let losses = "Times that the bus lost events";
        registry.register("bus_losses", losses, self.bus_losses.clone());
        registry.register("feeds_carried", "Feeds that somebody follows", self.carried.clone());
        let highest = "The highest head of a feed that somebody follows";
        registry.register("highest_head", highest, self.highest_head.clone());
    }
}

/// Numbers beyond 2^63 are shown as that.
pub(super) fn gauge(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
