//! Which connections this node has, and which feeds they watch.

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use futures::future::join_all;
use tokio::{
    task::yield_now,
    time::{Instant, MissedTickBehavior},
};
use tokio_util::sync::CancellationToken;

use app::protocol::{Activity, CloseCode, FeedId, RoomId, Seq, ServerFrame, UserId, server_frame::Presence};

use super::{
    activity::{ActivityBoard, Greeting},
    delivery::{Delivery, SLICE},
    frame,
    people::{self, People},
    signal::SignalDelivery,
    waiting::Waiting,
    watched_feed::WatchedFeed,
    writer::{ConnectionId, Writer},
};
use crate::{
    feed::{Announcement, CarryError, Feeds, Listing, Outlet, Released, Rest},
    ids::{NodeId, SessionId},
    line::Line,
    lock::lock,
    telemetry::{FeedMeters, HubMeters},
};

/// Everything that this node sends to is registered here.
pub struct Hub {
    feeds: Arc<Feeds>,
    watched: Mutex<HashMap<FeedId, Arc<WatchedFeed>>>,
    connections: Mutex<HashMap<ConnectionId, Arc<Writer>>>,
    next_connection: AtomicU64,
    activity: ActivityBoard,
    people: People,
    /// Cancelled when the server stops: whoever waits for news is then sent away without.
    stopping: CancellationToken,
    meters: Arc<HubMeters>,
}

impl Hub {
    /// A hub without connections.
    pub fn new(feeds: Arc<Feeds>) -> Self {
        Self {
            feeds,
            watched: Mutex::default(),
            connections: Mutex::default(),
            next_connection: AtomicU64::new(1),
            activity: ActivityBoard::default(),
            people: People::default(),
            stopping: CancellationToken::new(),
            meters: Arc::default(),
        }
    }

    /// Tells what is told once a second, until the process ends.
    pub async fn run(&self) {
        let mut seconds = tokio::time::interval(Duration::from_secs(1));
        seconds.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let now = seconds.tick().await;
            self.activity.tick().await;
            self.tell_who_is_here(now).await;
            if self.feeds.has_neighbours() && !self.stopping.is_cancelled() {
                for announcement in self.people.announcements(now) {
                    self.feeds.announce(announcement);
                }
            }
            self.forget_unwatched();
        }
    }

    /// A slice at a time: others have the thread in between.
    async fn tell_who_is_here(&self, now: Instant) {
        let mut told = self.people.tick(now).into_iter();
        while told.len() > 0 {
            for (writer, users) in told.by_ref().take(SLICE) {
                people::tell(&writer, users);
            }
            yield_now().await;
        }
    }

    /// A new connection.
    pub fn connect(&self, user: UserId, session: SessionId, line: Line) -> Arc<Writer> {
        let id = ConnectionId(self.next_connection.fetch_add(1, Ordering::Relaxed));
        let writer = Arc::new(Writer::new(id, user, session, line, Arc::clone(&self.meters)));
        lock(&self.connections).insert(id, Arc::clone(&writer));
        self.people.arrive(user);
        if self.stopping.is_cancelled() {
            // Upgraded while everybody was told: `stop` may not have seen it.
            writer.close(CloseCode::GoingAway);
        }
        writer
    }

    /// The connection is gone: nothing refers to it any more.
    pub fn disconnect(&self, writer: &Writer) {
        lock(&self.connections).remove(&writer.id);
        for standpoint in writer.standpoints() {
            self.unwatch(writer, standpoint.feed);
        }
        self.unlist_all(writer);
        self.people.unwatch(writer);
        self.people.depart(writer.user, Instant::now());
    }

    /// How many connections there are.
    pub fn connections(&self) -> usize {
        lock(&self.connections).len()
    }

    /// The figures of its work, those of this moment brought up to date.
    pub fn meters(&self) -> &HubMeters {
        let (mut behind, mut bytes) = (0, 0);
        let connections = lock(&self.connections);
        for writer in connections.values() {
            behind += u64::from(writer.is_behind());
            bytes += writer.queue_figures().0 as u64;
        }
        self.meters.holds(connections.len() as u64, behind, bytes);
        &self.meters
    }

    /// The figures of the feeds that it follows, those of this moment brought up to date.
    pub fn feed_meters(&self) -> &FeedMeters {
        self.feeds.meters()
    }

    /// What waits for each connection.
    pub fn queues(&self) -> Vec<QueueFigures> {
        let figures = |writer: &Arc<Writer>| {
            let (bytes, overflows) = writer.queue_figures();
            QueueFigures {
                user: writer.user,
                bytes,
                overflows,
            }
        };
        lock(&self.connections).values().map(figures).collect()
    }

    /// Begins to watch a feed: registered first, then read, then what is newer is let through.
    ///
    /// # Errors
    /// The feed does not exist, or cannot be read now.
    pub async fn watch(&self, writer: &Arc<Writer>, feed: FeedId, position: Option<Seq>) -> Result<(), CarryError> {
        let watched = self.open(feed).await?;
        watched.watch(writer, position);
        Ok(())
    }

    /// Ends watching a feed.
    pub fn unwatch(&self, writer: &Writer, feed: FeedId) {
        match self.watched(feed) {
            Some(watched) => watched.unwatch(writer),
            None => {
                writer.unwatch(feed);
            }
        }
    }

    /// Sends what a catching-up connection was found to miss.
    pub fn caught_up(&self, writer: &Writer, feed: FeedId, after: Option<Seq>, to: Seq, frame: Option<Bytes>) {
        if let Some(watched) = self.watched(feed) {
            watched.caught_up(writer, after, to, frame);
        }
    }

    /// To be held from before it is read which rooms a connection lists until it lists them.
    pub fn greet(&self) -> Greeting<'_> {
        self.activity.greet()
    }

    /// The connection lists this room, and knows that it stood at `head`: it gets its activity while it does not watch it.
    pub fn list(&self, writer: &Arc<Writer>, room: RoomId, head: Seq) {
        if self.activity.list(room, head, writer) {
            self.feeds.list(room, head);
        }
        // Rooms come onto a list in another task than the connection's own, which may have been here already for the last time.
        if !lock(&self.connections).contains_key(&writer.id) {
            self.unlist_all(writer);
        }
    }

    fn unlist_all(&self, writer: &Writer) {
        for room in self.activity.forget(writer) {
            self.feeds.unlist(room);
        }
    }

    /// Names the people on a connection's screen.
    pub fn watch_people(&self, writer: &Arc<Writer>, users: Vec<UserId>) {
        self.people.watch(writer, users);
    }

    /// Tells a connection again how the people on its screen are.
    pub fn tell_people_again(&self, writer: &Writer) {
        self.people.tell_again(writer);
    }

    /// Who of these is here.
    pub fn presence(&self, users: &[UserId]) -> Vec<Presence> {
        self.people.states(users)
    }

    /// Registers somebody who waits for news of these feeds without a connection. A feed that does not exist has none.
    ///
    /// # Errors
    /// One of the feeds cannot be read now.
    pub async fn wait(&self, user: UserId, feeds: &[FeedId]) -> Result<Waiting<'_>, CarryError> {
        let mut waiting = Waiting::begin(&self.people, &self.meters, &self.stopping, user);
        for opened in join_all(feeds.iter().map(|feed| self.open(*feed))).await {
            match opened {
                Ok(watched) => waiting.add(watched),
                Err(CarryError::NoSuchFeed) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(waiting)
    }

    /// The server stops: closes every connection, with "come back", and lets nobody wait for news any more.
    pub fn stop(&self) {
        self.stopping.cancel();
        self.feeds.announce(Announcement::Leaving);
        for writer in lock(&self.connections).values() {
            writer.close(CloseCode::GoingAway);
        }
    }

    /// Closes the connections of a session.
    fn close_session(&self, session: SessionId) {
        for writer in lock(&self.connections)
            .values()
            .filter(|writer| writer.session == session)
        {
            writer.close(CloseCode::SignedOut);
        }
    }

    async fn open(&self, feed: FeedId) -> Result<Arc<WatchedFeed>, CarryError> {
        // Ours before it is carried: `forget_unwatched` leaves alone what somebody holds.
        let watched = Arc::clone(
            lock(&self.watched)
                .entry(feed)
                .or_insert_with(|| Arc::new(WatchedFeed::new(feed))),
        );
        watched.begin_at(self.feeds.carry(feed).await?);
        Ok(watched)
    }

    fn watched(&self, feed: FeedId) -> Option<Arc<WatchedFeed>> {
        lock(&self.watched).get(&feed).cloned()
    }

    /// Forgets the feeds that nobody watches or waits for.
    fn forget_unwatched(&self) {
        lock(&self.watched).retain(|feed, watched| {
            // Whoever takes hold of it needs the map's lock, which we hold: 1 means nobody has it.
            let needed = Arc::strong_count(watched) > 1 || !watched.is_unwatched();
            if !needed {
                self.feeds.forget(*feed);
            }
            needed
        });
    }
}

/// What waits for one connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueFigures {
    /// Whose it is.
    pub user: UserId,
    /// Bytes that wait.
    pub bytes: usize,
    /// How often the queue was dropped.
    pub overflows: u64,
}

impl Outlet for Hub {
    fn release(&self, released: Released) -> Option<Box<dyn Rest>> {
        let watched = self.watched(released.feed)?;
        if let FeedId::User(user) = released.feed {
            self.follow_listings(user, &released.listings);
        }
        let delivery = Delivery::of(released, watched, Arc::clone(&self.meters));
        at_once_or_in_turns(delivery.is_small(), delivery)
    }

    fn activity(&self, activity: Activity) {
        self.activity.note(activity);
    }

    fn typing(&self, room: RoomId, user: UserId) -> Option<Box<dyn Rest>> {
        let feed = FeedId::Room(room);
        let hearers = self.watched(feed)?.hearers(user, Instant::now());
        let bytes = frame::json(&ServerFrame::Typing { room, user });
        let delivery = SignalDelivery::of(feed, bytes, hearers);
        at_once_or_in_turns(delivery.is_small(), delivery)
    }

    fn activities_lost(&self) {
        for writer in lock(&self.connections).values() {
            writer.doubt_activity();
        }
    }

    fn session_ended(&self, session: SessionId) {
        self.close_session(session);
    }

    fn announced(&self, node: NodeId, announcement: Announcement) {
        self.people.announced(node, announcement, Instant::now());
    }

    fn sessions(&self) -> Vec<SessionId> {
        let sessions: HashSet<SessionId> = lock(&self.connections).values().map(|writer| writer.session).collect();
        sessions.into_iter().collect()
    }
}

/// What takes one go is told now; of the rest it gives what tells it.
fn at_once_or_in_turns(is_small: bool, mut delivery: impl Rest + 'static) -> Option<Box<dyn Rest>> {
    if is_small {
        delivery.go_on();
        return None;
    }
    Some(Box::new(delivery))
}

impl Hub {
    /// A person's connections list the rooms that came onto their list, and no longer those that left it.
    fn follow_listings(&self, user: UserId, listings: &[Listing]) {
        if listings.is_empty() {
            return;
        }
        let theirs: Vec<Arc<Writer>> = {
            let connections = lock(&self.connections);
            let theirs = connections.values().filter(|writer| writer.user == user);
            theirs.cloned().collect()
        };
        for writer in theirs {
            for Listing { room, head } in listings {
                match head {
                    Some(head) => {
                        self.activity.returns(*room, &writer);
                        self.list(&writer, *room, *head);
                    }
                    None if self.activity.unlist(*room, &writer) => self.feeds.unlist(*room),
                    None => {}
                }
            }
        }
    }
}
