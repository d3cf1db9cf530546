//! The page's address: opening rooms, finding them, and going to those just made or joined.

use crate::protocol::{Command, RoomId, Slug};
use crate::state::{Address, Effect, State, Touched, pause::has_come, requests::Purpose};

use super::step::Step;

impl State {
    /// Shows a room of one's own. Any other id is ignored: only an address can be found.
    pub(super) fn open(&mut self, room: RoomId, step: &mut Step) {
        if self.rooms.get(room).is_none() || self.open_room() == Some(room) {
            return;
        }
        self.leave_screen(step);
        self.address = Address::Room(room);
        self.use_now(room, step);
        self.place_first_new(room);
        for part in [
            Touched::Rooms,
            Touched::Room(room),
            Touched::Timeline(room),
            Touched::Typing(room),
        ] {
            step.touch(part);
        }
    }

    /// Shows the room of an address. What was found out about it before is shown until it is found out anew.
    pub(super) fn open_address(&mut self, slug: Slug, step: &mut Step) {
        if let Some(room) = self.rooms.by_slug(&slug).map(|entry| entry.room.id) {
            self.open(room, step);
        } else if self.address.slug() != Some(&slug) {
            self.look_for(slug, step);
        } else if self.address.is_unknown() {
            self.look_up_at = Some(step.now());
        }
    }

    fn look_for(&mut self, slug: Slug, step: &mut Step) {
        self.leave_screen(step);
        self.address = Address::Looking(slug);
        self.look_up_at = Some(step.now());
        step.touch(Touched::Rooms);
    }

    /// A room that was made or joined: goes there. The list brings it in a moment, if it has not yet.
    pub(super) fn enter(&mut self, slug: Slug, step: &mut Step) {
        step.wish(Effect::GoTo(slug.clone()));
        match self.rooms.by_slug(&slug).map(|entry| entry.room.id) {
            Some(room) => self.open(room, step),
            None => self.look_for(slug, step),
        }
        self.look_up_at = None;
    }

    /// A room that was left: goes to the liveliest of the others.
    pub(super) fn go_elsewhere(&mut self, left: RoomId, step: &mut Step) {
        let is_here = match &self.address {
            Address::Room(room) => *room == left,
            Address::NotAMember(room) | Address::Removed(room) => room.id == left,
            _ => false,
        };
        let elsewhere = self.rooms.listed().into_iter().find(|entry| entry.room.id != left);
        if let (true, Some(entry)) = (is_here, elsewhere) {
            step.wish(Effect::GoTo(entry.room.slug.clone()));
        }
    }

    /// An address that led nowhere may have become that of one's own room.
    pub(super) fn resolve_address(&mut self, step: &mut Step) {
        let Some(slug) = self.address.slug() else { return };
        if let Some(room) = self.rooms.by_slug(slug).map(|entry| entry.room.id) {
            self.open(room, step);
            self.look_up_at = None;
        }
    }

    /// Asks the server about the address, once.
    pub(super) fn look_up_address(&mut self, step: &mut Step) {
        let Some(slug) = self.address.slug().cloned() else {
            return;
        };
        let purpose = Purpose::Find(slug.clone());
        // Without one's own list nothing can be said about an address.
        let is_due = self.look_up_at.is_some_and(|moment| has_come(moment, step.now())) && self.user_position.is_some();
        if is_due && !self.is_waiting_for(&purpose) {
            let command = Command::FindRoom { slug };
            self.look_up_at = None;
            self.send(command, purpose, step);
        }
    }

    /// What is on screen will not be: its older messages are let go.
    fn leave_screen(&mut self, step: &mut Step) {
        if let Some(timeline) = self.open_room().and_then(|room| self.timelines.get_mut(&room)) {
            timeline.trim();
            step.touch(Touched::Timeline(timeline.room));
        }
    }
}
