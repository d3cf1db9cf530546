//! The connections of this node that watch one feed.

use std::{
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
    vec,
};

use bytes::Bytes;
use indexmap::IndexMap;
use tokio::{sync::Notify, time::Instant};

use app::protocol::{FeedId, Seq, UserId};

use super::{
    send_queue::Kind,
    writer::{ConnectionId, Writer},
};
use crate::lock::lock;

/// Watchers up to whom each signal is told.
const FEW: usize = 32;
/// Signals to single watchers in a second, where there are more.
pub(super) const SIGNALS: u32 = 5_000;

/// One feed's watchers, and how far the feed has been released to them.
#[derive(Debug)]
pub struct WatchedFeed {
    feed: FeedId,
    inner: Mutex<Inner>,
    /// Rung at each release, for those who wait without a connection (long polls).
    news: Notify,
}

#[derive(Debug, Default)]
struct Inner {
    released: Seq,
    watchers: IndexMap<ConnectionId, Arc<Writer>>,
    signalled_at: Option<Instant>,
}

impl WatchedFeed {
    /// A feed nobody watches yet.
    pub fn new(feed: FeedId) -> Self {
        Self {
            feed,
            inner: Mutex::default(),
            news: Notify::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        lock(&self.inner)
    }

    /// Notes that everything up to `position` was released before anybody watched.
    pub fn begin_at(&self, position: Seq) {
        let mut inner = self.lock();
        inner.released = inner.released.max(position);
    }

    /// Adds a watcher, behind. It is registered before it reads, so that nothing falls between.
    pub fn watch(&self, writer: &Arc<Writer>, position: Option<Seq>) {
        let mut inner = self.lock();
        inner.watchers.insert(writer.id, Arc::clone(writer));
        writer.watch(self.feed, position);
    }

    /// Removes a watcher.
    pub fn unwatch(&self, writer: &Writer) {
        self.lock().watchers.swap_remove(&writer.id);
        writer.unwatch(self.feed);
    }

    /// Whether nobody watches.
    pub fn is_unwatched(&self) -> bool {
        self.lock().watchers.is_empty()
    }

    /// Rings at the next release.
    pub fn news(&self) -> &Notify {
        &self.news
    }

    /// Notes that the feed was released up to `to`, and gives those who watch now. Whoever comes later reads it from the store.
    pub fn release(&self, to: Seq) -> vec::IntoIter<Arc<Writer>> {
        let mut inner = self.lock();
        inner.released = inner.released.max(to);
        let watchers: Vec<Arc<Writer>> = inner.watchers.values().cloned().collect();
        drop(inner);
        self.news.notify_waiters();
        watchers.into_iter()
    }

    /// Takes away the watch of those who were removed, and says so.
    pub fn dismiss(&self, removed: &[UserId], farewell: &Bytes) {
        self.lock().watchers.retain(|_, writer| {
            let stays = !removed.contains(&writer.user);
            if !stays {
                writer.unwatch(self.feed);
                writer.send(farewell.clone(), Kind::Reply);
            }
            stays
        });
    }

    /// Sends what a catching-up connection was found to miss; makes it live when that reaches what was released.
    pub fn caught_up(&self, writer: &Writer, after: Option<Seq>, to: Seq, frame: Option<Bytes>) {
        let inner = self.lock();
        if inner.watchers.contains_key(&writer.id) {
            writer.caught_up(self.feed, after, to, inner.released, frame);
        }
    }

    /// Who hears a signal that is made now: everyone but its maker. Where many watch it is nobody for a while after the last one: so
    /// many would cost all others too much.
    pub fn hearers(&self, maker: UserId, now: Instant) -> vec::IntoIter<Arc<Writer>> {
        let mut inner = self.lock();
        let since = inner.signalled_at.map(|before| now.saturating_duration_since(before));
        if since.is_some_and(|since| since < pause(inner.watchers.len())) {
            return Vec::new().into_iter();
        }
        inner.signalled_at = Some(now);
        let hearers = inner.watchers.values().filter(|writer| writer.user != maker);
        hearers.cloned().collect::<Vec<_>>().into_iter()
    }
}

/// Between two signals to so many.
fn pause(watchers: usize) -> Duration {
    if watchers <= FEW {
        return Duration::ZERO;
    }
    Duration::from_secs(1) / SIGNALS * u32::try_from(watchers).unwrap_or(u32::MAX)
}
