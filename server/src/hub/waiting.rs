//! Who waits for news of some feeds without a connection: polls, and connections that are just being greeted.

use std::{sync::Arc, time::Duration};

use futures::future::select_all;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use app::protocol::UserId;

use super::{people::People, watched_feed::WatchedFeed};
use crate::telemetry::HubMeters;

/// Somebody who waits for news without a connection. Counts as being here.
pub struct Waiting<'a> {
    people: &'a People,
    meters: &'a HubMeters,
    /// Cancelled when the server stops.
    stopping: &'a CancellationToken,
    user: UserId,
    watched: Vec<Arc<WatchedFeed>>,
}

impl<'a> Waiting<'a> {
    /// Waits for nothing yet.
    pub(super) fn begin(
        people: &'a People,
        meters: &'a HubMeters,
        stopping: &'a CancellationToken,
        user: UserId,
    ) -> Self {
        people.arrive(user);
        meters.poll_begins();
        Self {
            people,
            meters,
            stopping,
            user,
            watched: Vec::new(),
        }
    }

    /// Waits for this feed, too.
    pub(super) fn add(&mut self, watched: Arc<WatchedFeed>) {
        self.watched.push(watched);
    }

    /// Runs `read`; when it finds nothing, waits for the first news, for the time to pass or for the server's end, and runs
    /// it once more.
    /// News that come while it reads are not missed.
    pub async fn until<T, Read: Future<Output = Option<T>>>(
        &self,
        wait: Duration,
        read: impl Fn() -> Read,
    ) -> Option<T> {
        let mut rings: Vec<_> = self
            .watched
            .iter()
            .map(|watched| Box::pin(watched.news().notified()))
            .collect();
        for ring in &mut rings {
            ring.as_mut().enable();
        }
        if let Some(found) = read().await {
            return Some(found);
        }
        if wait.is_zero() || rings.is_empty() {
            return None;
        }
        // Out of time is no error: the answer is then that there is no news.
        tokio::select! {
            _ = tokio::time::timeout(wait, select_all(rings)) => {}
            () = self.stopping.cancelled() => {}
        }
        read().await
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.people.depart(self.user, Instant::now());
        self.meters.poll_ends();
    }
}
