//! What waits in order: rows of this node or of the store, or a frame that some node encoded.

use std::sync::Arc;

use app::protocol::{Activity, Changes, FeedId, Seq};

use crate::bus::{self, Encoded};

/// A stretch of a feed. Cheap to clone.
#[derive(Clone, Debug)]
pub enum Stretch {
    /// As rows: neighbours are merged when they leave.
    Rows(Arc<Changes>),
    /// Encoded for connections: it leaves as it is.
    Frame(Arc<Encoded>),
}

impl Stretch {
    /// Of which feed.
    pub fn feed(&self) -> FeedId {
        match self {
            Self::Rows(changes) => changes.feed,
            Self::Frame(encoded) => encoded.feed,
        }
    }

    /// The position it follows.
    pub fn after(&self) -> Seq {
        match self {
            Self::Rows(changes) => changes.after,
            Self::Frame(encoded) => encoded.after,
        }
    }

    /// The position it leads to.
    pub fn to(&self) -> Seq {
        match self {
            Self::Rows(changes) => changes.to,
            Self::Frame(encoded) => encoded.to,
        }
    }

    /// Where a room stands after it, when it posts something.
    pub fn activity(&self) -> Option<Activity> {
        match self {
            Self::Rows(changes) => bus::activity_of(changes),
            Self::Frame(encoded) => encoded.activity,
        }
    }

    /// Somebody came or went, and the room is so large that only the count is told.
    pub fn is_count(&self) -> bool {
        match self {
            Self::Rows(changes) => bus::is_count(changes),
            Self::Frame(encoded) => encoded.is_count,
        }
    }
}

impl From<Changes> for Stretch {
    fn from(changes: Changes) -> Self {
        Self::Rows(Arc::new(changes))
    }
}
