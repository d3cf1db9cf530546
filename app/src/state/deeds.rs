//! What the user wanted done, and what became of it, for whoever waits for the answer.

use litemap::LiteMap;

use crate::protocol::{ErrorCode, Number, RoomId, UserId};

/// Something that is done now or not at all: only messages wait for the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Deed {
    /// Replacing the text of one's own message.
    Edit(RoomId, Number),
    /// Deleting a message.
    Delete(RoomId, Number),
    /// Making a room.
    CreateRoom,
    /// Becoming a member.
    Join(RoomId),
    /// Leaving.
    Leave(RoomId),
    /// Renaming a room.
    Rename(RoomId),
    /// Saying what a room is about.
    SetTopic(RoomId),
    /// Removing somebody from a room.
    Remove(RoomId, UserId),
    /// Changing one's own name.
    SetName,
    /// Listing the rooms that one may join.
    Browse,
}

/// How far a deed has come. What is done, or was never begun, has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// The answer is awaited.
    Underway,
    /// The server said no.
    Refused(ErrorCode),
    /// There is no line, or it was cut before the answer came.
    NoLine,
    /// It was done, as showed later: the answer never came.
    Found,
}

/// A room that was asked for, as long as it is not known what became of it and somebody waits for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct WishedRoom {
    pub(super) name: String,
    /// The newest room on one's list when it was asked for. Ids ascend.
    pub(super) after: Option<RoomId>,
}

/// Deeds that somebody waits for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Deeds(LiteMap<Deed, Progress>);

impl Deeds {
    pub(super) fn progress(&self, deed: Deed) -> Option<Progress> {
        self.0.get(&deed).copied()
    }

    pub(super) fn set(&mut self, deed: Deed, progress: Progress) {
        self.0.insert(deed, progress);
    }

    /// It is done, or nobody waits for it any more. Says whether somebody did.
    pub(super) fn forget(&mut self, deed: Deed) -> bool {
        self.0.remove(&deed).is_some()
    }

    /// There is a line again: it can be tried once more.
    pub(super) fn line_is_back(&mut self) {
        self.0.retain(|_, progress| *progress != Progress::NoLine);
    }
}
