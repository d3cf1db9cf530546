//! The one function that moves the state on.

use crate::state::{Effect, Input, Moment, State, Touched, Update};

use super::step::Step;

impl State {
    /// Takes in what happened. Says what to do, and what to draw again.
    pub fn update(&mut self, at: Moment, input: Input) -> Update {
        let mut step = Step::new(at);
        match input {
            Input::Started => self.connect(&mut step),
            Input::Opened => self.greet(&mut step),
            Input::Closed { transport, code } => self.line_closed(transport, code, &mut step),
            Input::Frame(frame) => {
                self.connection.heard_at = step.now();
                self.take_in(frame, &mut step);
            }
            Input::Polled(frames) => self.polled(frames, &mut step),
            Input::Tick => self.tick(&mut step),
            Input::Woke => self.wake(&mut step),
            Input::Offline => self.go_offline(&mut step),
            Input::Seen(is_seen) => self.connection.is_seen = is_seen,
            Input::Action(action) => self.act(action, &mut step),
            Input::OutboxRestored(pending) => self.restore_outbox(pending, &mut step),
            Input::Snapshot(snapshot) => {
                self.adopt(*snapshot);
                self.touch_everything(&mut step);
            }
        }
        self.settle(&mut step);
        step.into_update()
    }

    /// Whatever came in: what can be sent now is sent, and what whoever draws sees is brought up to date.
    fn settle(&mut self, step: &mut Step) {
        self.resolve_address(step);
        self.forget_unused_rooms();
        self.watch_wanted_rooms(step);
        if self.connection.is_usable() {
            self.look_up_address(step);
            self.send_queues(step);
            self.note_what_was_missed(step);
            self.send_read_markers(step);
            self.ask_for_profiles(step);
        }
        if step.outbox_changed {
            // Remembered before it is sent: a crash in between must not lose it.
            step.wish_first(Effect::StoreOutbox(self.outbox()));
            step.touch(Touched::Outbox);
        }
        let phase = self.connection.phase_at(step.now());
        if phase != self.connection.phase {
            self.connection.phase = phase;
            step.touch(Touched::Connection);
        }
    }

    /// Everything may look different.
    pub(super) fn touch_everything(&self, step: &mut Step) {
        let everywhere = [
            Touched::Rooms,
            Touched::People,
            Touched::Presence,
            Touched::Outbox,
            Touched::Joinable,
            Touched::Notice,
            Touched::Deeds,
            Touched::Connection,
        ];
        everywhere.into_iter().for_each(|part| step.touch(part));
        for room in self.timelines.keys() {
            step.touch(Touched::Room(*room));
            step.touch(Touched::Timeline(*room));
            step.touch(Touched::Typing(*room));
        }
    }
}
