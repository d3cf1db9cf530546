//! One release on its way to everybody who watches the feed: the same bytes to each.

use std::{sync::Arc, vec};

use app::protocol::{FeedId, Seq, ServerFrame, UserId};
use bytes::Bytes;

use super::{frame, watched_feed::WatchedFeed, writer::Writer};
use crate::{
    feed::{Released, Rest},
    telemetry::HubMeters,
};

/// Connections written to in one go: a millisecond or two.
pub(super) const SLICE: usize = 256;

/// Tells everybody who watched when it was released. Who comes meanwhile reads from the store; who goes is skipped.
pub(super) struct Delivery {
    watched: Arc<WatchedFeed>,
    watchers: vec::IntoIter<Arc<Writer>>,
    feed: FeedId,
    after: Seq,
    to: Seq,
    bytes: Bytes,
    /// Whose watch ends behind it.
    left: Vec<UserId>,
    meters: Arc<HubMeters>,
}

impl Delivery {
    /// Tells nobody yet.
    pub(super) fn of(released: Released, watched: Arc<WatchedFeed>, meters: Arc<HubMeters>) -> Self {
        Self {
            watchers: watched.release(released.to),
            watched,
            feed: released.feed,
            after: released.after,
            to: released.to,
            bytes: frame::texts(&released.frames),
            left: released.left,
            meters,
        }
    }

    /// Whether it takes one go.
    pub(super) fn is_small(&self) -> bool {
        self.watchers.len() <= SLICE
    }

    fn dismiss(&self) {
        if let FeedId::Room(room) = self.feed
            && !self.left.is_empty()
        {
            self.watched
                .dismiss(&self.left, &frame::json(&ServerFrame::Revoked { room }));
        }
    }
}

impl Rest for Delivery {
    fn go_on(&mut self) -> bool {
        let slice = self.watchers.by_ref().take(SLICE);
        let told = slice.filter(|writer| writer.offer(self.feed, self.after, self.to, &self.bytes));
        let told = told.count() as u64;
        self.meters.delivered(told);
        let is_over = self.watchers.len() == 0;
        if is_over {
            self.dismiss();
        }
        !is_over
    }
}
