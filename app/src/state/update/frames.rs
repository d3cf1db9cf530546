//! What the server says.

use crate::protocol::{FeedId, RoomId, ServerFrame, server_frame::FeedHead};
use crate::state::{State, Touched, requests::Purpose, timeline::Watch};

use super::step::Step;

impl State {
    pub(super) fn take_in(&mut self, frame: ServerFrame, step: &mut Step) {
        match frame {
            ServerFrame::Welcome(welcome) => self.welcomed(welcome, step),
            ServerFrame::Changes(changes) => {
                let feed = changes.feed;
                self.apply(changes, step);
                self.heard(feed, step);
            }
            ServerFrame::Gap { feed, reason, snapshot } => {
                self.jump(feed, reason, snapshot, step);
                self.heard(feed, step);
            }
            ServerFrame::Revoked { room } => self.revoked(room, step),
            ServerFrame::Activity(activity) => {
                if self.rooms.advance(activity) {
                    step.touch(Touched::Rooms);
                }
            }
            ServerFrame::Heartbeat { heads, delayed } => {
                self.heartbeat(heads, step);
                if self.connection.delayed != delayed {
                    self.connection.delayed = delayed;
                    step.touch(Touched::Connection);
                }
            }
            ServerFrame::Typing { room, user } => {
                if self.rooms.get(room).is_some() && self.people.types(room, user, step.now()) {
                    self.people.want(user);
                    step.touch(Touched::Typing(room));
                }
            }
            ServerFrame::Presence { users } => {
                for presence in users {
                    if self.people.set_online(presence.user, presence.online) {
                        step.touch(Touched::Presence);
                    }
                }
            }
            ServerFrame::Ok { id, result } => {
                if let Some(purpose) = self.requests.answered(id) {
                    self.succeeded(id, purpose, result, step);
                }
            }
            ServerFrame::Error { id, rejection } => {
                if let Some(purpose) = id.and_then(|id| self.requests.answered(id)) {
                    self.failed(id.unwrap_or_default(), purpose, &rejection, step);
                }
            }
            ServerFrame::Unknown => {}
        }
    }

    fn heard(&mut self, feed: FeedId, step: &mut Step) {
        if matches!(feed, FeedId::User(_)) {
            self.look_for_wished_room(step);
        }
    }

    /// Everything that a heartbeat counts was sent before it: what is missing now will not come by itself.
    fn heartbeat(&mut self, heads: Vec<FeedHead>, step: &mut Step) {
        self.connection.awaiting.clear();
        for FeedHead { feed, head } in heads {
            if let FeedId::Room(room) = feed {
                self.rooms.reaches(room, head);
            }
            if self.position(feed).is_none_or(|position| position < head) {
                self.ask_from_here(feed, step);
            }
        }
        self.reload_torn_rooms(step);
    }

    /// A feed has a hole between where we stand and what came: it has to be asked for from here.
    pub(super) fn ask_from_here(&mut self, feed: FeedId, step: &mut Step) {
        if !self.connection.socket_is_ready() {
            // The next poll names our positions anyway.
            return;
        }
        match feed {
            FeedId::Room(room) => {
                if let Some(timeline) = self.timelines.get_mut(&room)
                    && timeline.watch == Watch::On
                {
                    timeline.watch = Watch::Off;
                }
            }
            // Only `hello` names these positions, and a socket hears it once.
            FeedId::User(_) | FeedId::Community => self.drop_socket(step),
        }
    }

    /// A range with a hole though its feed stands at the head: something went wrong; start that room over.
    pub(super) fn reload_torn_rooms(&mut self, step: &mut Step) {
        let torn: Vec<RoomId> = self
            .timelines
            .values()
            .filter(|timeline| timeline.watch == Watch::On && !timeline.is_dense())
            .filter(|timeline| {
                self.rooms
                    .get(timeline.room)
                    .is_some_and(|entry| timeline.position >= Some(entry.head))
            })
            .map(|timeline| timeline.room)
            .collect();
        for room in torn {
            self.timeline_mut(room).forget();
            step.touch(Touched::Timeline(room));
        }
    }

    /// Forgets what an answer was for: a second answer will not come.
    pub(super) fn is_waiting_for(&self, purpose: &Purpose) -> bool {
        self.requests.is_waiting(|waiting| waiting == purpose)
    }
}
