//! What concerns more than one file of this folder.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering::Relaxed},
};

use app::protocol::{Activity, FeedId, RoomId, Seq, Timestamp, UserId};
use tempfile::TempDir;
use tokio::{sync::mpsc, task::yield_now, time::advance};

use super::{
    Announcement, Feeds, Outlet, Released, Rest, carrier::READS, departures::Departures, holes::PAUSE, sweep::Sweeps,
};
use crate::{
    bus::{
        Event, InProcessBus,
        samples::{changes, message},
    },
    ids::{NodeId, SessionId},
    store::sqlite::{SqliteOptions, SqliteStore},
    telemetry::{HubMeters, Telemetry},
};

fn feeds() -> (Arc<Feeds>, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("magpie.db");
    let store = SqliteStore::open(&path, SqliteOptions::default(), Timestamp(1)).unwrap();
    let feeds = Feeds::new(Arc::new(store), Arc::new(InProcessBus::default()));
    (Arc::new(feeds), folder)
}

/// Lets every task do what it can without time passing.
async fn settle() {
    for _ in 0..10 {
        yield_now().await;
    }
}

/// Looks whether the feeds are locked when it is told of activity.
struct Nosy {
    feeds: Arc<Feeds>,
    found_free: AtomicBool,
}

impl Nosy {
    fn about(feeds: &Arc<Feeds>) -> Arc<Self> {
        let (feeds, found_free) = (Arc::clone(feeds), AtomicBool::new(false));
        Arc::new(Self { feeds, found_free })
    }
}

impl Outlet for Nosy {
    fn release(&self, _: Released) -> Option<Box<dyn Rest>> {
        None
    }

    fn activity(&self, _: Activity) {
        self.found_free.store(self.feeds.inner.try_lock().is_ok(), Relaxed);
    }

    fn activities_lost(&self) {}

    fn typing(&self, _: RoomId, _: UserId) -> Option<Box<dyn Rest>> {
        None
    }

    fn session_ended(&self, _: SessionId) {}

    fn announced(&self, _: NodeId, _: Announcement) {}

    fn sessions(&self) -> Vec<SessionId> {
        Vec::new()
    }
}

#[tokio::test(start_paused = true)]
async fn a_store_that_is_away_is_asked_for_a_few_feeds_at_a_time() {
    let (feeds, _folder) = feeds();
    let holes: Vec<_> = (1..=100).map(|user| (FeedId::User(UserId(user)), Seq(0))).collect();
    for (feed, head) in &holes {
        feeds.lock().carried.begin(*feed);
        feeds.lock().carried.open(*feed, *head);
    }
    feeds.store.close().await;
    let (fills, _filled) = mpsc::channel(1);
    feeds.fill(holes, &fills);
    for round in 1..=3 {
        settle().await;
        let page = Telemetry::new(&feeds.store.meters(), None, &feeds.meters, &HubMeters::default()).page();
        let tried = round * READS;
        assert!(page.contains(&format!("store_unavailable_total {tried}\n")), "{page}");
        advance(PAUSE).await;
    }
}

#[tokio::test(start_paused = true)]
async fn one_sweep_looks_and_one_waits_however_many_are_due() {
    let (feeds, _folder) = feeds();
    let outlet: Arc<dyn Outlet> = Nosy::about(&feeds);
    let (fills, _filled) = mpsc::channel(1);
    let sweep = Sweeps::new(true).due().await;
    let before = Arc::strong_count(&feeds);
    for _ in 0..5 {
        feeds.sweep(sweep, &outlet, &fills);
    }
    settle().await;
    // Each that is not over holds the feeds, and none can be: time stands still.
    assert_eq!(Arc::strong_count(&feeds), before + 2);
}

#[tokio::test]
async fn whoever_is_told_of_activity_may_ask_for_feeds() {
    let (feeds, _folder) = feeds();
    let nosy = Nosy::about(&feeds);
    let posted = changes(0, 1, vec![message(1, 1)]);
    feeds.take(
        vec![Event::Changes(Arc::new(posted))],
        &*nosy,
        &mut Departures::default(),
    );
    assert!(nosy.found_free.load(Relaxed));
}
