//! Commands on their way, and what their answers are for.

use litemap::LiteMap;

use super::deeds::Deed;
use crate::protocol::{ClientMessageId, Number, RequestId, RoomId, Slug, UserId};

/// What an answer is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// The line itself.
    Hello,
    /// A room's changes.
    Watch(RoomId),
    /// A pending message.
    Post(RoomId, ClientMessageId),
    /// Older messages.
    Older(RoomId),
    /// When the first of many unread messages was posted.
    FirstNew(RoomId, Number),
    /// Profiles.
    Users(Vec<UserId>),
    /// The address bar.
    Find(Slug),
    /// The list of rooms to join; whether it is the first page of it.
    Joinable { first: bool },
    /// A read marker.
    Read(RoomId, Number),
    /// Something that somebody waits for.
    Deed(Deed),
    /// May fail in silence.
    Signal,
}

/// Commands on their way. Bounded by what the user can do while one line holds: answers remove them, and so does a cut.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Requests {
    last: u64,
    waiting: LiteMap<RequestId, Purpose>,
}

impl Requests {
    /// A fresh id.
    pub(super) fn next(&mut self) -> RequestId {
        self.last += 1;
        RequestId(self.last)
    }

    pub(super) fn expect(&mut self, id: RequestId, purpose: Purpose) {
        self.waiting.insert(id, purpose);
    }

    pub(super) fn answered(&mut self, id: RequestId) -> Option<Purpose> {
        self.waiting.remove(&id)
    }

    pub(super) fn is_waiting(&self, wanted: impl Fn(&Purpose) -> bool) -> bool {
        self.waiting.values().any(wanted)
    }

    /// The line is cut: nothing will be answered.
    pub(super) fn abandon(&mut self) -> Vec<Purpose> {
        std::mem::take(&mut self.waiting)
            .into_iter()
            .map(|(_, purpose)| purpose)
            .collect()
    }
}
