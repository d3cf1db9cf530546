//! Holes in a feed are filled from the store: read once for all who need it, a few feeds at a time.

use std::{sync::Arc, time::Duration};

use tokio::{sync::mpsc, time::Instant};
use tracing::error;

use app::protocol::{Changes, FeedId, Seq};

use super::{carrier::Feeds, departures::Departures, released::Outlet};

/// Between two tries to read from a store that cannot be read.
pub(super) const PAUSE: Duration = Duration::from_secs(1);

/// A feed, and what the store had of it; `None` once there is no more.
pub(super) type Fill = (FeedId, Option<Changes>);

impl Feeds {
    /// Reads what is missing, once for all who need it.
    pub(super) fn fill(self: &Arc<Self>, holes: Vec<(FeedId, Seq)>, fills: &mpsc::Sender<Fill>) {
        for (feed, after) in holes {
            let (feeds, fills) = (Arc::clone(self), fills.clone());
            tokio::spawn(async move { feeds.read_on(feed, after, &fills).await });
        }
    }

    /// Reads until there is nothing new; tries again while the store cannot be read and somebody still wants the feed.
    async fn read_on(&self, feed: FeedId, mut after: Seq, fills: &mpsc::Sender<Fill>) {
        loop {
            // Kept until the carrier takes what was read, and while the store is away: those who wait hold no page, and try nothing.
            // Given back after each page, so that a feed that cannot be read holds nobody up for good.
            let _turn = self.reads.acquire().await.expect("nobody closes it");
            if !self.lock().carried.contains(feed) {
                return;
            }
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
                }
            }
        }
    }

    /// Takes what was read: it leaves, with whatever waited for it.
    pub(super) fn filled(
        self: &Arc<Self>,
        feed: FeedId,
        changes: Option<Changes>,
        outlet: &dyn Outlet,
        departures: &mut Departures,
        fills: &mpsc::Sender<Fill>,
    ) {
        match changes {
            Some(changes) => {
                self.note(&changes, outlet);
                let ready = self.lock().carried.take(changes.into(), Instant::now());
                if !ready.is_empty() {
                    self.meters.hole_filled();
                }
                departures.depart(ready, outlet, &self.meters);
            }
            None => {
                let again = self.lock().carried.filled(feed, Instant::now());
                self.fill(again.into_iter().collect(), fills);
            }
        }
    }
}
