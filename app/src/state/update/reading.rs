//! What is said while reading and writing, and seldom enough: read markers, "I am writing", profiles, older messages.

use crate::protocol::{Command, Number, RoomId, limits::PAGE_ROWS};
use crate::state::{State, Touched, requests::Purpose};

use super::step::Step;

/// Read markers and typing are said at most once in this time.
const SELDOM_MS: i64 = 3_000;
/// How long the server has to move the marker of whoever posted. Then it was killed before it could, and is told.
const POSTED_MS: i64 = 8_000;
/// Messages in one page of history.
const OLDER_MESSAGES: u64 = 50;
/// Messages before the one that is looked for.
const BEFORE_THE_WANTED: u64 = 20;

impl State {
    /// The reader has come this far. One's own marker moves at once, and never back.
    pub(super) fn read_up_to(&mut self, room: RoomId, number: Number, step: &mut Step) {
        let Some(entry) = self.rooms.get_mut(room) else { return };
        let number = number.min(entry.posts);
        if number > entry.read {
            entry.read = number;
            step.touch(Touched::Rooms);
            if number == entry.posts {
                self.timeline_mut(room).reader_is_at_the_newest();
            }
        }
    }

    /// Tells the server of every marker that moved, room by room, not too often.
    pub(super) fn send_read_markers(&mut self, step: &mut Step) {
        for entry in self.rooms.iter_mut() {
            let (sent, is_too_early) = match entry.read_sent {
                Some((number, at)) => (number, step.since(at) < SELDOM_MS),
                None => (Number(0), false),
            };
            let posted = match entry.read_by_posting {
                Some((number, at)) if step.since(at) < POSTED_MS => number,
                _ => Number(0),
            };
            if entry.read <= entry.read_stored.max(sent).max(posted) || is_too_early {
                continue;
            }
            entry.read_sent = Some((entry.read, step.now()));
            let (room, number) = (entry.room.id, entry.read);
            let id = self.requests.next();
            self.requests.expect(id, Purpose::Read(room, number));
            step.send(id, Command::MarkRead { room, number });
        }
    }

    pub(super) fn type_in(&mut self, room: RoomId, step: &mut Step) {
        let was_just_said = self
            .typed
            .is_some_and(|(typed, at)| typed == room && step.since(at) < SELDOM_MS);
        if was_just_said || !self.connection.is_usable() {
            return;
        }
        self.typed = Some((room, step.now()));
        self.send(Command::SetTyping { room }, Purpose::Signal, step);
    }

    pub(super) fn ask_for_profiles(&mut self, step: &mut Step) {
        if let Some(users) = self.people.next_batch(step.now()) {
            self.send(Command::GetUsers { users: users.clone() }, Purpose::Users(users), step);
        }
    }

    /// Remembers that something was missed, and asks since when.
    pub(super) fn note_what_was_missed(&mut self, step: &mut Step) {
        let Some(room) = self.open_room().filter(|room| self.missed(*room).is_some()) else {
            return;
        };
        let is_usable = self.connection.is_usable();
        let timeline = self.timeline_mut(room);
        let Some(first_new) = timeline.missed() else { return };
        if is_usable && !std::mem::replace(&mut timeline.has_missed, true) {
            let command = Command::GetMessages {
                room,
                before: Some(first_new.next()),
                limit: Some(1),
            };
            self.send(command, Purpose::FirstNew(room, first_new), step);
        }
    }

    /// The reader has gone back to where they stopped.
    pub(super) fn sees_first_new(&mut self, room: RoomId, step: &mut Step) {
        let timeline = self.timeline_mut(room);
        if std::mem::take(&mut timeline.has_missed) {
            step.touch(Touched::Timeline(room));
        }
    }

    /// The reader came to the newest message without having seen the first unread one: that was missed, though it may be held.
    pub(super) fn passes_over_unread(&mut self, room: RoomId, step: &mut Step) {
        self.place_first_new(room);
        let timeline = self.timeline_mut(room);
        if let Some(number) = timeline.first_new {
            timeline.first_new_at = timeline.message(number).map(|message| message.posted_at);
            // What is older than the range counts as missed anyway, and when it was posted is asked.
            timeline.has_missed = timeline.distance_to(number) == 0;
        }
        step.touch(Touched::Timeline(room));
    }

    /// Asks for the page before what is held; for a longer one when a message further up is wanted.
    pub(super) fn load_older(&mut self, room: RoomId, wanted: Option<Number>, step: &mut Step) {
        if !self.connection.is_usable() {
            return;
        }
        let id = self.requests.next();
        let Some(timeline) = self.timelines.get_mut(&room) else {
            return;
        };
        let Some(before) = timeline.load_older(id) else { return };
        let distance = wanted.map_or(0, |number| timeline.distance_to(number) + BEFORE_THE_WANTED);
        let limit = distance.clamp(OLDER_MESSAGES, PAGE_ROWS as u64);
        self.requests.expect(id, Purpose::Older(room));
        step.send(
            id,
            Command::GetMessages {
                room,
                before: Some(before),
                limit: u32::try_from(limit).ok(),
            },
        );
        step.touch(Touched::Timeline(room));
    }
}
