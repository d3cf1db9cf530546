//! Carries feeds from the bus to the outlet: one task, so that each feed leaves in order.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard},
};

use tokio::{
    sync::{Notify, Semaphore, mpsc},
    task::yield_now,
    time::Instant,
};
use tracing::warn;

use app::protocol::{Changes, FeedId, RoomId, Seq};

use super::{
    carried::CarriedFeeds,
    departures::Departures,
    holes::Fill,
    listed::ListedRooms,
    released::{Outlet, Rest},
    stretch::Stretch,
    sweep::{SweepTurns, Sweeps},
};
use crate::{
    bus::{self, Announcement, Bus, Event, Listener, Reach, Signal},
    lock::lock,
    store::{Store, StoreError},
    telemetry::FeedMeters,
};

/// Events taken from the bus in one go: what piled up is merged into fewer, larger frames.
const BATCH: usize = 256;
/// Answers of the store that may wait. Full: the reading tasks wait.
const FILLS: usize = 64;
/// Feeds that are read at a time. More would not be read sooner, and hold up what people ask of the store.
pub(super) const READS: usize = 16;

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
    pub(super) store: Arc<dyn Store>,
    bus: Arc<dyn Bus>,
    /// Other nodes write to the store, too, and the bus may lose what they say.
    has_neighbours: bool,
    pub(super) inner: Mutex<Inner>,
    /// Rung when a feed was opened while changes waited for it.
    opened: Notify,
    pub(super) reads: Semaphore,
    pub(super) checking: SweepTurns,
    pub(super) comparing: SweepTurns,
    pub(super) meters: FeedMeters,
}

#[derive(Default)]
pub(super) struct Inner {
    pub(super) carried: CarriedFeeds,
    /// Empty without neighbours.
    pub(super) listed: ListedRooms,
}

impl Feeds {
    /// Carries nothing yet.
    pub fn new(store: Arc<dyn Store>, bus: Arc<dyn Bus>) -> Self {
        Self {
            store,
            has_neighbours: bus.reach() != Reach::OneNode,
            bus,
            inner: Mutex::default(),
            opened: Notify::new(),
            reads: Semaphore::new(READS),
            checking: SweepTurns::default(),
            comparing: SweepTurns::default(),
            meters: FeedMeters::default(),
        }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Inner> {
        lock(&self.inner)
    }

    /// Carries a feed from now on, until it is forgotten. Gives a position up to which everything was released before.
    ///
    /// # Errors
    /// There is no such feed, or the store cannot be read.
    pub async fn carry(&self, feed: FeedId) -> Result<Seq, CarryError> {
        loop {
            // Listen first, then read the head: what is committed in between waits, and is not missed. Followed under the lock,
            // so that whoever forgets the feed ends this and not the next.
            let in_force = {
                let mut inner = self.lock();
                if let Some(released) = inner.carried.begin(feed) {
                    return Ok(released);
                }
                self.bus.follow(feed)
            };
            in_force.await;
            match self.store.head(feed).await {
                Ok(Some(head)) => {
                    // Abandoned by somebody else for whom it could not be read: begun anew.
                    let Some(released) = self.lock().carried.open(feed, head) else {
                        continue;
                    };
                    self.opened.notify_one();
                    return Ok(released);
                }
                Ok(None) => return Err(self.abandon(feed, CarryError::NoSuchFeed)),
                Err(error) => return Err(self.abandon(feed, error.into())),
            }
        }
    }

    fn abandon(&self, feed: FeedId, error: CarryError) -> CarryError {
        let mut inner = self.lock();
        inner.carried.abandon(feed);
        self.unfollow_unneeded(&inner, feed);
        error
    }

    /// Carries a feed no longer.
    pub fn forget(&self, feed: FeedId) {
        let mut inner = self.lock();
        inner.carried.forget(feed);
        self.unfollow_unneeded(&inner, feed);
    }

    /// A connection lists a room that it knows to have stood at `head`: its activity is to be told. To be taken back by `unlist`.
    pub fn list(&self, room: RoomId, head: Seq) {
        if self.has_neighbours {
            let mut inner = self.lock();
            if inner.listed.list(room, head) {
                // Begun by asking for it. Nobody waits until it is in force: what comes before is found by the next sweep.
                drop(self.bus.follow(FeedId::Room(room)));
            }
        }
    }

    /// A connection lists a room no longer.
    pub fn unlist(&self, room: RoomId) {
        if self.has_neighbours {
            let mut inner = self.lock();
            if inner.listed.unlist(room) {
                self.unfollow_unneeded(&inner, FeedId::Room(room));
            }
        }
    }

    fn unfollow_unneeded(&self, inner: &Inner, feed: FeedId) {
        let is_listed = matches!(feed, FeedId::Room(room) if inner.listed.contains(room));
        if !is_listed && !inner.carried.contains(feed) {
            self.bus.unfollow(feed);
        }
    }

    /// Whether there are other nodes who want to know who is on this one.
    pub fn has_neighbours(&self) -> bool {
        self.has_neighbours
    }

    /// Tells the other nodes who is on this one.
    pub fn announce(&self, announcement: Announcement) {
        self.bus.announce(announcement);
    }

    /// How many feeds are carried.
    pub fn len(&self) -> usize {
        self.lock().carried.len()
    }

    /// The figures of its work, those of this moment brought up to date.
    pub fn meters(&self) -> &FeedMeters {
        let carried = &self.lock().carried;
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
        let mut sweeps = Sweeps::new(self.has_neighbours);
        let mut departures = Departures::default();
        loop {
            let (hole, held) = self.lock().carried.next_due();
            tokio::select! {
                event = bus.next(), if departures.has_room() => {
                    let Some(event) = event else { return };
                    // Whatever is committed together is told together.
                    yield_now().await;
                    let mut events = vec![event];
                    while events.len() < BATCH && let Some(event) = bus.next_now() {
                        events.push(event);
                    }
                    if self.take(events, &*outlet, &mut departures) {
                        self.recover(&mut sweeps, &outlet, &fills);
                    }
                }
                fill = filled.recv() => {
                    if let Some((feed, changes)) = fill {
                        self.filled(feed, changes, &*outlet, &mut departures, &fills);
                    }
                }
                () = self.opened.notified() => self.release_waiting(&*outlet, &mut departures),
                () = sleep_until(held), if held.is_some() => self.release_waiting(&*outlet, &mut departures),
                () = sleep_until(hole), if hole.is_some() => {
                    let holes = self.lock().carried.begin_filling(Instant::now());
                    self.fill(holes, &fills);
                }
                sweep = sweeps.due() => self.sweep(sweep, &outlet, &fills),
                // Whoever reads and posts on this thread has a turn, too.
                () = yield_now(), if !departures.is_empty() => {}
            }
            departures.go_on(&*outlet, &self.meters);
        }
    }

    /// Takes what came. Whether something was lost.
    pub(super) fn take(&self, events: Vec<Event>, outlet: &dyn Outlet, departures: &mut Departures) -> bool {
        let now = Instant::now();
        let mut ready: HashMap<FeedId, Vec<Stretch>> = HashMap::new();
        let (mut heard, mut activities, mut is_lost) = (Vec::new(), Vec::new(), false);
        let mut inner = self.lock();
        for event in events {
            let stretch = match event {
                Event::Changes(changes) => Stretch::Rows(changes),
                Event::Encoded(encoded) => Stretch::Frame(encoded),
                Event::Signal(_) | Event::Asked(..) | Event::Announced(..) => {
                    heard.push(event);
                    continue;
                }
                Event::Lost => {
                    is_lost = true;
                    continue;
                }
            };
            activities.extend(stretch.activity());
            let feed = stretch.feed();
            if let FeedId::Room(room) = feed {
                inner.listed.told(room, stretch.after(), stretch.to());
            }
            let next = inner.carried.take(stretch, now);
            if !next.is_empty() {
                ready.entry(feed).or_default().extend(next);
            }
        }
        drop(inner);
        // Without the lock: the hub, which forgets feeds under a lock of its own, may want that one for these.
        for event in heard {
            if let Some(rest) = self.hear(event, outlet) {
                departures.go_along(rest);
            }
        }
        for stretches in ready.into_values() {
            departures.depart(stretches, outlet, &self.meters);
        }
        // Last: whoever joined a room in the same go lists it now.
        activities.into_iter().for_each(|activity| outlet.activity(activity));
        is_lost
    }

    /// Acts on what is in no feed. Gives what tells those who have still to be told.
    fn hear(&self, event: Event, outlet: &dyn Outlet) -> Option<Box<dyn Rest>> {
        match event {
            Event::Signal(signal) => return act_on(signal, outlet),
            Event::Asked(signal, question) => {
                let rest = act_on(signal, outlet);
                self.bus.answer(question);
                return rest;
            }
            Event::Announced(node, announcement) => outlet.announced(node, announcement),
            Event::Changes(_) | Event::Encoded(_) | Event::Lost => {}
        }
        None
    }

    /// The bus lost something, and nobody knows what.
    fn recover(self: &Arc<Self>, sweeps: &mut Sweeps, outlet: &Arc<dyn Outlet>, fills: &mpsc::Sender<Fill>) {
        self.meters.bus_lost();
        if !self.has_neighbours {
            warn!("the bus lost events; every feed is read again from the store");
            let all = self.lock().carried.begin_filling_all();
            self.fill(all, fills);
            // Ends of sessions may be among it, and badges of rooms that are not carried.
            outlet.activities_lost();
            self.check_sessions_soon(outlet);
        } else if let Some(sweep) = sweeps.at_once() {
            warn!("the bus lost events; every feed is compared with the store");
            self.sweep(sweep, outlet, fills);
        }
    }

    fn release_waiting(&self, outlet: &dyn Outlet, departures: &mut Departures) {
        let ready = self.lock().carried.release(Instant::now());
        for stretches in ready {
            departures.depart(stretches, outlet, &self.meters);
        }
    }

    /// Tells those who list a room of what the store had of it.
    pub(super) fn note(&self, changes: &Changes, outlet: &dyn Outlet) {
        if let FeedId::Room(room) = changes.feed {
            if let Some(activity) = bus::activity_at_least(changes) {
                outlet.activity(activity);
            }
            self.lock().listed.told(room, changes.after, changes.to);
        }
    }
}

fn act_on(signal: Signal, outlet: &dyn Outlet) -> Option<Box<dyn Rest>> {
    match signal {
        Signal::Typing { room, user } => outlet.typing(room, user),
        Signal::SessionEnded { session } => {
            outlet.session_ended(session);
            None
        }
    }
}

async fn sleep_until(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due).await,
        None => std::future::pending().await,
    }
}
