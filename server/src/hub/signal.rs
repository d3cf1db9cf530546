//! A signal on its way to everybody who watches a room: a slice at a time, as changes are.

use std::{sync::Arc, vec};

use app::protocol::FeedId;
use bytes::Bytes;

use super::{delivery::SLICE, send_queue::Kind, writer::Writer};
use crate::feed::Rest;

/// Tells those who watched when it came. Who goes or is removed meanwhile is skipped.
pub(super) struct SignalDelivery {
    watchers: vec::IntoIter<Arc<Writer>>,
    feed: FeedId,
    bytes: Bytes,
}

impl SignalDelivery {
    /// Tells nobody yet.
    pub(super) fn of(feed: FeedId, bytes: Bytes, watchers: vec::IntoIter<Arc<Writer>>) -> Self {
        Self { watchers, feed, bytes }
    }

    /// Whether it takes one go.
    pub(super) fn is_small(&self) -> bool {
        self.watchers.len() <= SLICE
    }
}

impl Rest for SignalDelivery {
    fn go_on(&mut self) -> bool {
        let slice = self.watchers.by_ref().take(SLICE);
        for writer in slice.filter(|writer| writer.watches(self.feed)) {
            writer.send(self.bytes.clone(), Kind::Signal);
        }
        self.watchers.len() > 0
    }
}
