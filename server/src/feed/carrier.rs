//! Carries feeds from the bus to the outlet: one task, so that each feed leaves in order.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::sync::{Notify, mpsc};
use tokio::time::Instant;
use tracing::{error, warn};

use app::protocol::{Changes, FeedId, Seq};

use super::{
    carried::CarriedFeeds,
    released::{Outlet, Released, activity_of, merge, split_at_removals},
};
use crate::{
    bus::{Event, Listener, Signal},
    store::{Store, StoreError},
    telemetry::FeedMeters,
};

/// Events taken from the bus in one go: what piled up is merged into fewer, larger frames.
const BATCH: usize = 256;
/// Answers of the store that may wait. Full: the reading tasks wait.
const FILLS: usize = 64;
/// Between two tries to read from a store that cannot be read.
const PAUSE: Duration = Duration::from_secs(1);

/// Why a feed cannot be carried.
#[derive(Debug, thiserror::Error)]
pub enum CarryError {
    /// There is no such feed.
    #[error("no such feed")]
    NoSuchFeed,
    /// The store cannot say where it stands.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The feeds that somebody on this node watches.
pub struct Feeds {
    store: Arc<dyn Store>,
    carried: Mutex<CarriedFeeds>,
    /// Rung when a feed was opened while changes waited for it.
    opened: Notify,
    meters: FeedMeters,
}

impl Feeds {
    /// Carries nothing yet.
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self {
            store,
            carried: Mutex::default(),
            opened: Notify::new(),
            meters: FeedMeters::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, CarriedFeeds> {
        // The maps stay consistent between statements: a panic elsewhere does not spoil them.
        self.carried.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Carries a feed from now on, until it is forgotten. Gives a position up to which everything was released before.
    ///
    /// # Errors
    /// There is no such feed, or the store cannot be read.
    pub async fn carry(&self, feed: FeedId) -> Result<Seq, CarryError> {
        // Listen first, then read the head: what is committed in between waits, and is not missed.
        if let Some(released) = self.lock().begin(feed) {
            return Ok(released);
        }
        match self.store.head(feed).await {
            Ok(Some(head)) => {
                let released = self.lock().open(feed, head);
                self.opened.notify_one();
                Ok(released)
            }
            Ok(None) => Err(self.abandon(feed, CarryError::NoSuchFeed)),
            Err(error) => Err(self.abandon(feed, error.into())),
        }
    }

    fn abandon(&self, feed: FeedId, error: CarryError) -> CarryError {
        self.lock().abandon(feed);
        error
    }

    /// Carries a feed no longer.
    pub fn forget(&self, feed: FeedId) {
        self.lock().forget(feed);
    }

    /// How many feeds are carried.
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    /// The figures of its work, those of this moment brought up to date.
    pub fn meters(&self) -> &FeedMeters {
        let carried = self.lock();
        self.meters.carries(carried.len(), carried.highest().0);
        &self.meters
    }

    /// Whether none is carried.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Carries, until the bus is gone.
    pub async fn run(self: Arc<Self>, mut bus: Box<dyn Listener>, outlet: Arc<dyn Outlet>) {
        let (fills, mut filled) = mpsc::channel(FILLS);
        loop {
            let (hole, held) = self.lock().next_due();
            tokio::select! {
                event = bus.next() => {
                    let Some(event) = event else { return };
                    let mut events = vec![event];
                    while events.len() < BATCH && let Some(event) = bus.next_now() {
                        events.push(event);
                    }
                    self.take(events, &*outlet, &fills);
                }
                fill = filled.recv() => {
                    if let Some((feed, changes)) = fill {
                        self.filled(feed, changes, &*outlet);
                    }
                }
                () = self.opened.notified() => self.release_waiting(&*outlet),
                () = sleep_until(held), if held.is_some() => self.release_waiting(&*outlet),
                () = sleep_until(hole), if hole.is_some() => {
                    let holes = self.lock().begin_filling(Instant::now());
                    self.fill(holes, &fills);
                }
            }
        }
    }

    fn take(self: &Arc<Self>, events: Vec<Event>, outlet: &dyn Outlet, fills: &mpsc::Sender<Fill>) {
        let now = Instant::now();
        let mut ready: HashMap<FeedId, Vec<Arc<Changes>>> = HashMap::new();
        let mut carried = self.lock();
        for event in events {
            match event {
                Event::Changes(changes) => {
                    if let Some(activity) = activity_of(&changes) {
                        outlet.activity(activity);
                    }
                    let feed = changes.feed;
                    let next = carried.take(changes, now);
                    if !next.is_empty() {
                        ready.entry(feed).or_default().extend(next);
                    }
                }
                Event::Signal(Signal::Typing { room, user }) => outlet.typing(room, user),
                Event::Signal(Signal::SessionEnded { session }) => outlet.session_ended(session),
                Event::Lost => {
                    self.meters.bus_lost();
                    warn!("the bus lost events; every feed is read again from the store");
                    self.fill(carried.begin_filling_all(), fills);
                }
            }
        }
        drop(carried);
        for parts in ready.into_values() {
            self.release(parts, outlet);
        }
    }

    fn release_waiting(&self, outlet: &dyn Outlet) {
        let ready = self.lock().release(Instant::now());
        for parts in ready {
            self.release(parts, outlet);
        }
    }

    fn release(&self, parts: Vec<Arc<Changes>>, outlet: &dyn Outlet) {
        let parts = parts.into_iter().map(Arc::unwrap_or_clone).collect();
        for part in merge(parts).into_iter().flat_map(split_at_removals) {
            self.meters.released(part.to.0 - part.after.0);
            outlet.release(Released::from(part));
        }
    }

    /// Reads what is missing, once for all who need it.
    fn fill(self: &Arc<Self>, holes: Vec<(FeedId, Seq)>, fills: &mpsc::Sender<Fill>) {
        for (feed, after) in holes {
            let (feeds, fills) = (Arc::clone(self), fills.clone());
            tokio::spawn(async move { feeds.read_on(feed, after, &fills).await });
        }
    }

    /// Reads until there is nothing new; tries again while the store cannot be read and somebody still wants the feed.
    async fn read_on(&self, feed: FeedId, mut after: Seq, fills: &mpsc::Sender<Fill>) {
        loop {
            // The carrier is gone only when the process stops: then nobody waits for the rest.
            match self.store.changes_between(feed, after).await {
                Ok(Some(changes)) if changes.to > after => {
                    after = changes.to;
                    let _ = fills.send((feed, Some(changes))).await;
                }
                Ok(_) => {
                    let _ = fills.send((feed, None)).await;
                    return;
                }
                Err(error) => {
                    error!(%feed, %error, "a hole could not be filled; it is tried again");
                    tokio::time::sleep(PAUSE).await;
                    if !self.lock().contains(feed) {
                        return;
                    }
                }
            }
        }
    }

    fn filled(&self, feed: FeedId, changes: Option<Changes>, outlet: &dyn Outlet) {
        match changes {
            Some(changes) => {
                let ready = self.lock().take(Arc::new(changes), Instant::now());
                if !ready.is_empty() {
                    self.meters.hole_filled();
                }
                self.release(ready, outlet);
            }
            None => self.lock().filled(feed),
        }
    }
}

/// A feed, and what the store had of it; `None` once there is no more.
type Fill = (FeedId, Option<Changes>);

async fn sleep_until(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due).await,
        None => std::future::pending().await,
    }
}
