//! Making a room. Unlike a message it has no id of the client's own; so, when the answer got lost, one's own list tells whether it was
//! made, and it is looked for there before it is asked for again.

use crate::protocol::{Command, ErrorCode, FeedId, Role, Slug};
use crate::state::{Deed, Progress, State, Touched, deeds::WishedRoom, requests::Purpose};

use super::step::Step;

impl State {
    pub(super) fn make_room(&mut self, name: String, topic: String, step: &mut Step) {
        if !self.is_possible(Deed::CreateRoom, step) {
            return;
        }
        // Somebody who asks for the same again means the same room.
        if self.wished_room.as_ref().is_none_or(|wished| wished.name != name) {
            let after = self.rooms.listed().iter().map(|entry| entry.room.id).max();
            let name = name.clone();
            self.wished_room = Some(WishedRoom { name, after });
        } else if self.my_id().is_some_and(|me| self.connection.awaits(FeedId::User(me))) {
            // One's own list is about to come: whether it was made shows in a moment.
            self.not_done(Deed::CreateRoom, Progress::NoLine, step);
            return;
        }
        match self.made_room() {
            Some(slug) => self.found_room(slug, step),
            None => {
                let command = Command::CreateRoom { name, topic };
                self.send(command, Purpose::Deed(Deed::CreateRoom), step);
            }
        }
    }

    /// One's own list may have changed: whether a room is on it whose answer got lost.
    pub(super) fn look_for_wished_room(&mut self, step: &mut Step) {
        let is_awaited = self
            .requests
            .is_waiting(|purpose| *purpose == Purpose::Deed(Deed::CreateRoom));
        if let Some(slug) = self.made_room().filter(|_| !is_awaited) {
            self.found_room(slug, step);
        }
    }

    fn made_room(&self) -> Option<Slug> {
        let wished = self.wished_room.as_ref()?;
        let rooms = self.rooms.listed();
        let made = rooms.iter().find(|entry| {
            Some(entry.room.id) > wished.after && entry.role == Role::Owner && entry.room.name == wished.name
        });
        made.map(|entry| entry.room.slug.clone())
    }

    fn found_room(&mut self, slug: Slug, step: &mut Step) {
        self.wished_room = None;
        self.deeds.set(Deed::CreateRoom, Progress::Found);
        step.touch(Touched::Deeds);
        self.enter(slug, step);
    }

    /// It was answered, or nobody waits for it any more.
    pub(super) fn forget_wished_room(&mut self, deed: Deed) {
        if deed == Deed::CreateRoom {
            self.wished_room = None;
        }
    }

    /// It was refused. A server that cannot say whether it did it may have done it.
    pub(super) fn wished_room_is_refused(&mut self, deed: Deed, code: ErrorCode) {
        if code != ErrorCode::Unavailable {
            self.forget_wished_room(deed);
        }
    }
}
