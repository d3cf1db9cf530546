//! Making a room. Unlike a message it has no id of the client's own; so, when the answer got lost, one's own list is looked at before
//! it is asked for again: nobody gets two rooms who wanted one.

use crate::protocol::{Command, Role};
use crate::state::{Deed, Progress, State, Touched, deeds::WishedRoom, requests::Purpose};

use super::step::Step;

impl State {
    pub(super) fn make_room(&mut self, name: String, topic: String, step: &mut Step) {
        let after = self.rooms.listed().iter().map(|entry| entry.room.id).max();
        let wished = WishedRoom { name, topic, after };
        if self.is_possible(Deed::CreateRoom, step) {
            self.ask_for_room(&wished, step);
            self.wished_room = Some(wished);
        } else if let Some(former) = &self.wished_room
            && (&former.name, &former.topic) != (&wished.name, &wished.topic)
        {
            // They want something else now.
            self.wished_room = None;
        }
    }

    fn ask_for_room(&mut self, wished: &WishedRoom, step: &mut Step) {
        let WishedRoom { name, topic, .. } = wished.clone();
        self.send(
            Command::CreateRoom { name, topic },
            Purpose::Deed(Deed::CreateRoom),
            step,
        );
    }

    /// There is a line again: a room whose answer got lost is about to be found, or asked for once more.
    pub(super) fn expect_wished_room(&mut self) {
        if self.wished_room.is_some() {
            self.deeds.set(Deed::CreateRoom, Progress::Underway);
        }
    }

    /// One's own list is up to date: whether the room is on it tells what became of it.
    pub(super) fn find_wished_room(&mut self, step: &mut Step) {
        let is_awaited = self
            .requests
            .is_waiting(|purpose| *purpose == Purpose::Deed(Deed::CreateRoom));
        let Some(wished) = self.wished_room.clone().filter(|_| !is_awaited) else {
            return;
        };
        let rooms = self.rooms.listed();
        let made = rooms.iter().find(|entry| {
            Some(entry.room.id) > wished.after && entry.role == Role::Owner && entry.room.name == wished.name
        });
        match made.map(|entry| entry.room.slug.clone()) {
            Some(slug) => {
                self.wished_room = None;
                self.deeds.forget(Deed::CreateRoom);
                step.touch(Touched::Deeds);
                self.enter(slug, step);
            }
            None => self.ask_for_room(&wished, step),
        }
    }

    /// Nobody waits for it any more, or it is known what became of it.
    pub(super) fn forget_wished_room(&mut self, deed: Deed) {
        if deed == Deed::CreateRoom {
            self.wished_room = None;
        }
    }
}
