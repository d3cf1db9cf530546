//! The names under which things travel. The epoch is part of each: communities, and what a database was before a restore,
//! do not hear each other on the same NATS.

use app::protocol::{Epoch, FeedId};

use crate::ids::NodeId;

/// Makes the names of one community.
#[derive(Clone, Debug)]
pub struct Subjects {
    root: String,
}

impl Subjects {
    /// The names of the community with this database.
    pub fn of(epoch: &Epoch) -> Self {
        Self {
            root: format!("magpie.{epoch}"),
        }
    }

    /// What happens in a feed.
    pub fn feed(&self, feed: FeedId) -> String {
        let root = &self.root;
        match feed {
            FeedId::Room(room) => format!("{root}.room.{room}"),
            FeedId::User(user) => format!("{root}.user.{user}"),
            FeedId::Community => format!("{root}.community"),
        }
    }

    /// What every node hears.
    pub fn nodes(&self) -> String {
        format!("{}.nodes", self.root)
    }

    /// What one node hears alone.
    pub fn node(&self, node: NodeId) -> String {
        format!("{}.node.{node}", self.root)
    }
}
