//! Which rooms' changes come in: the one on screen, and those used most recently.

use crate::protocol::{Command, RoomId, limits::WATCHED_ROOMS};
use crate::state::{State, Touched, connection::Polling, requests::Purpose, timeline::Watch};

use super::step::Step;

impl State {
    /// The rooms whose changes are wanted: those in use that are on the list.
    pub(super) fn wanted_rooms(&self) -> impl Iterator<Item = RoomId> {
        self.recent
            .iter()
            .copied()
            .filter(|room| self.rooms.get(*room).is_some())
    }

    /// Puts a room before all others. The one that was not used for longest is let go when there are too many.
    pub(super) fn use_now(&mut self, room: RoomId, step: &mut Step) {
        self.recent.retain(|recent| *recent != room);
        self.recent.insert(0, room);
        self.timeline_mut(room);
        for unused in self.recent.split_off(self.recent.len().min(WATCHED_ROOMS)) {
            let Some(timeline) = self.timelines.get_mut(&unused) else {
                continue;
            };
            let was_watched = matches!(timeline.watch, Watch::On | Watch::Asked(_));
            timeline.forget();
            timeline.queue.drop_stored();
            step.touch(Touched::Timeline(unused));
            if timeline.queue.len() == 0 {
                self.timelines.remove(&unused);
            }
            if was_watched && self.connection.socket_is_ready() {
                self.send(Command::Unwatch { room: unused }, Purpose::Signal, step);
            }
        }
    }

    /// A room that is not used any more is remembered for what waits in it to be sent, and no longer.
    pub(super) fn forget_unused_rooms(&mut self) {
        let recent = &self.recent;
        self.timelines
            .retain(|room, timeline| recent.contains(room) || timeline.queue.len() > 0);
    }

    /// Asks for the changes of every wanted room that does not get them, from where we stand.
    pub(super) fn watch_wanted_rooms(&mut self, step: &mut Step) {
        let is_off = |room: &RoomId| {
            self.timelines
                .get(room)
                .is_none_or(|timeline| timeline.watch == Watch::Off)
        };
        let missing: Vec<_> = self.wanted_rooms().filter(is_off).collect();
        if missing.is_empty() {
            return;
        }
        if self.connection.socket_is_ready() {
            for room in missing {
                let timeline = self.timeline_mut(room);
                timeline.watch = Watch::Asked(step.now());
                let position = timeline.position;
                self.send(Command::Watch { room, position }, Purpose::Watch(room), step);
            }
        } else if self.connection.polled && self.connection.polling != Polling::Off {
            self.ask(0, step);
        }
    }
}
