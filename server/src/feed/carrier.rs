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
    released::{Outlet, Released, activity_of, merge, split_at_removals},
    sequencer::Sequencer,
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
/// Changes that may wait while a feed's head is read. More are dropped: they show as a hole, and are filled.
const OPENING: usize = 1_024;

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
    carried: Mutex<HashMap<FeedId, Carried>>,
    /// Rung when a feed was opened while changes waited for it.
    opened: Notify,
    meters: FeedMeters,
}

enum Carried {
    /// Its head is being read; what comes meanwhile waits here.
    Opening(Vec<Arc<Changes>>),
    Open {
        sequencer: Sequencer,
        filling: bool,
    },
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

    fn lock(&self) -> MutexGuard<'_, HashMap<FeedId, Carried>> {
        // The map stays consistent between statements: a panic elsewhere does not spoil it.
        self.carried.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Carries a feed from now on, until it is forgotten. Gives a position up to which everything was released before.
    ///
    /// # Errors
    /// There is no such feed, or the store cannot be read.
    pub async fn carry(&self, feed: FeedId) -> Result<Seq, CarryError> {
        // Listen first, then read the head: what is committed in between waits, and is not missed.
        match self.lock().entry(feed).or_insert_with(|| Carried::Opening(Vec::new())) {
            Carried::Open { sequencer, .. } => return Ok(sequencer.released()),
            Carried::Opening(_) => {}
        }
        let head = match self.store.head(feed).await {
            Ok(Some(head)) => head,
            Ok(None) => return Err(self.abandon(feed, CarryError::NoSuchFeed)),
            Err(error) => return Err(self.abandon(feed, error.into())),
        };
        let mut carried = self.lock();
        let entry = carried.entry(feed).or_insert_with(|| Carried::Opening(Vec::new()));
        let waiting = match entry {
            Carried::Open { sequencer, .. } => return Ok(sequencer.released()),
            Carried::Opening(waiting) => std::mem::take(waiting),
        };
        let mut sequencer = Sequencer::from(head);
        for changes in waiting {
            sequencer.hold(changes);
        }
        *entry = Carried::Open {
            sequencer,
            filling: false,
        };
        self.opened.notify_one();
        Ok(head)
    }

    fn abandon(&self, feed: FeedId, error: CarryError) -> CarryError {
        let mut carried = self.lock();
        if let Some(Carried::Opening(_)) = carried.get(&feed) {
            carried.remove(&feed);
        }
        error
    }

    /// Carries a feed no longer.
    pub fn forget(&self, feed: FeedId) {
        self.lock().remove(&feed);
    }

    /// How many feeds are carried.
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    /// The figures of its work, those of this moment brought up to date.
    pub fn meters(&self) -> &FeedMeters {
        let carried = self.lock();
        let heads = carried.values().filter_map(|carried| match carried {
            Carried::Open { sequencer, .. } => Some(sequencer.released().0),
            Carried::Opening(_) => None,
        });
        self.meters.carries(carried.len(), heads.max().unwrap_or_default());
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
            let due = self.next_hole();
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
                () = self.opened.notified() => self.release_all(&*outlet),
                () = sleep_until(due), if due.is_some() => self.fill_holes(&fills),
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
                    match carried.get_mut(&changes.feed) {
                        Some(Carried::Open { sequencer, .. }) => {
                            let feed = changes.feed;
                            let next = sequencer.take(changes, now);
                            if !next.is_empty() {
                                ready.entry(feed).or_default().extend(next);
                            }
                        }
                        Some(Carried::Opening(waiting)) if waiting.len() < OPENING => waiting.push(changes),
                        Some(Carried::Opening(_)) | None => {}
                    }
                }
                Event::Signal(Signal::Typing { room, user }) => outlet.typing(room, user),
                Event::Signal(Signal::SessionEnded { session }) => outlet.session_ended(session),
                Event::Lost => {
                    self.meters.bus_lost();
                    warn!("the bus lost events; every feed is read again from the store");
                    self.fill(carried.iter_mut(), fills);
                }
            }
        }
        drop(carried);
        for parts in ready.into_values() {
            self.release(parts, outlet);
        }
    }

    fn release_all(&self, outlet: &dyn Outlet) {
        let now = Instant::now();
        let ready: Vec<_> = self
            .lock()
            .values_mut()
            .filter_map(|carried| match carried {
                Carried::Open { sequencer, .. } => Some(sequencer.release(now)),
                Carried::Opening(_) => None,
            })
            .collect();
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

    fn next_hole(&self) -> Option<Instant> {
        let holes = |carried: &Carried| match carried {
            Carried::Open {
                sequencer,
                filling: false,
            } => sequencer.hole_due(),
            Carried::Open { .. } | Carried::Opening(_) => None,
        };
        self.lock().values().filter_map(holes).min()
    }

    fn fill_holes(self: &Arc<Self>, fills: &mpsc::Sender<Fill>) {
        let now = Instant::now();
        let mut carried = self.lock();
        let due = carried.iter_mut().filter(|(_, carried)| match carried {
            Carried::Open { sequencer, .. } => sequencer.hole_due().is_some_and(|due| due <= now),
            Carried::Opening(_) => false,
        });
        self.fill(due, fills);
    }

    /// Reads what is missing, once for all who need it.
    fn fill<'a>(
        self: &Arc<Self>,
        feeds: impl Iterator<Item = (&'a FeedId, &'a mut Carried)>,
        fills: &mpsc::Sender<Fill>,
    ) {
        for (feed, carried) in feeds {
            let Carried::Open {
                sequencer,
                filling: filling @ false,
            } = carried
            else {
                continue;
            };
            *filling = true;
            let (feeds, fills, feed, after) = (Arc::clone(self), fills.clone(), *feed, sequencer.released());
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
                    if !self.lock().contains_key(&feed) {
                        return;
                    }
                }
            }
        }
    }

    fn filled(&self, feed: FeedId, changes: Option<Changes>, outlet: &dyn Outlet) {
        let ready = {
            let mut carried = self.lock();
            let Some(Carried::Open { sequencer, filling }) = carried.get_mut(&feed) else {
                return;
            };
            match changes {
                Some(changes) => {
                    if changes.to > sequencer.released() {
                        self.meters.hole_filled();
                    }
                    sequencer.take(Arc::new(changes), Instant::now())
                }
                None => {
                    *filling = false;
                    Vec::new()
                }
            }
        };
        self.release(ready, outlet);
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
