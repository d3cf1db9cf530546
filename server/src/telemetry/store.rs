//! The figures of the store.

use std::time::Duration;

use prometheus_client::{
    metrics::{
        counter::Counter,
        histogram::{Histogram, exponential_buckets},
    },
    registry::{Registry, Unit},
};

/// How much is written, how long it takes, and how often it fails.
#[derive(Clone, Debug)]
pub struct StoreMeters {
    commit_deeds: Histogram,
    commit_time: Histogram,
    commits_failed: Counter,
    unavailable: Counter,
    corrupt: Counter,
    shared_reads: Counter,
}

impl Default for StoreMeters {
    fn default() -> Self {
        Self {
            // 1 to 512, which is the most.
            commit_deeds: Histogram::new(exponential_buckets(1.0, 2.0, 10)),
            // 100 µs to 6.5 s: a busy lock is given up after 5.
            commit_time: Histogram::new(exponential_buckets(0.0001, 2.0, 17)),
            commits_failed: Counter::default(),
            unavailable: Counter::default(),
            corrupt: Counter::default(),
            shared_reads: Counter::default(),
        }
    }
}

impl StoreMeters {
    /// A group of so many deeds was committed within this time.
    pub fn committed(&self, deeds: usize, time: Duration) {
        self.commit_deeds.observe(deeds as f64);
        self.commit_time.observe(time.as_secs_f64());
    }

    /// A commit failed.
    pub fn commit_failed(&self) {
        self.commits_failed.inc();
    }

    /// Somebody was told that the store cannot be used.
    pub fn unavailable(&self) {
        self.unavailable.inc();
    }

    /// Something was found that makes no sense.
    pub fn corrupt(&self) {
        self.corrupt.inc();
    }

    /// So many were answered from a read that somebody else had asked for.
    pub fn shared(&self, readers: usize) {
        self.shared_reads.inc_by(readers as u64);
    }

    /// How many were, so far.
    pub fn shared_reads(&self) -> u64 {
        self.shared_reads.get()
    }

    pub(super) fn register(&self, registry: &mut Registry) {
        let sizes = "Deeds in one commit";
        registry.register("store_commit_deeds", sizes, self.commit_deeds.clone());
        let times = "Time from the first deed of a commit until it is durable";
        registry.register_with_unit("store_commit", times, Unit::Seconds, self.commit_time.clone());
        let failed = "Commits that failed";
        registry.register("store_commits_failed", failed, self.commits_failed.clone());
        let unavailable = "Reads and writes that the database could not do";
        registry.register("store_unavailable", unavailable, self.unavailable.clone());
        let corrupt = "Reads and writes that found something damaged";
        registry.register("store_corrupt", corrupt, self.corrupt.clone());
        let shared = "Readers that shared a read with somebody who had asked for the same";
        registry.register("store_shared_reads", shared, self.shared_reads.clone());
    }
}
