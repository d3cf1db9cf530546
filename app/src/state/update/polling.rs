//! Long polling: the same feeds over plain HTTP, when the socket never opens.

use crate::protocol::{ServerFrame, close::CUT, limits::POLL_WAIT_SECONDS};
use crate::state::{Effect, State, Touched, connection::Line, connection::Polling, timeline::Watch};

use super::step::Step;

/// A long poll that comes back sooner than this without news is not asked again at once.
const TOO_SOON_MS: i64 = 2_000;
/// How much longer than it may wait a poll may take.
const POLL_GRACE_MS: i64 = 25_000;

impl State {
    pub(super) fn start_polling(&mut self, step: &mut Step) {
        self.connection.tries_while_polling = 0;
        self.ask(0, step);
    }

    /// Asks for what is new. Takes the place of a poll on its way.
    pub(super) fn ask(&mut self, wait: u64, step: &mut Step) {
        self.connection.polling = Polling::Asking {
            since: step.now(),
            wait,
        };
        let hello = self.hello(step);
        step.wish(Effect::Poll { hello, wait });
    }

    /// A poll was answered.
    pub(super) fn polled(&mut self, frames: Vec<ServerFrame>, step: &mut Step) {
        let Polling::Asking { since, .. } = self.connection.polling else {
            return;
        };
        let positions_before = self.positions();
        for frame in frames {
            match frame {
                ServerFrame::Welcome(welcome) => {
                    if !self.recognise(welcome, step) {
                        return;
                    }
                }
                frame => self.take_in(frame, step),
            }
        }
        if !self.connection.polled {
            self.begin_polling(step);
        }
        for (_, timeline) in &mut self.timelines {
            if matches!(timeline.watch, Watch::Asked(_)) {
                // No news of a room that is held; none at all of one that is not: then not at once again.
                timeline.watch = if timeline.position.is_some() {
                    Watch::On
                } else {
                    Watch::Refused(step.now())
                };
            }
        }
        let is_news = positions_before != self.positions();
        if !is_news {
            self.reload_torn_rooms(step);
        }
        if is_news || step.since(since) >= TOO_SOON_MS {
            self.ask(POLL_WAIT_SECONDS, step);
        } else {
            self.connection.polling = Polling::Resting;
        }
    }

    fn begin_polling(&mut self, step: &mut Step) {
        self.connection.polled = true;
        self.line_is_back(step);
        if self.people.forget_presence() {
            // Presence does not come over this road; an old one would be a lie.
            step.touch(Touched::Presence);
        }
        if self.connection.line == Line::Closed {
            let pause = self.connection.pause_while_polling();
            self.connection.retry_at = Some(step.in_milliseconds(pause));
        }
    }

    /// A poll failed: both roads are closed, unless the socket is just being opened.
    pub(super) fn polling_failed(&mut self, step: &mut Step) {
        self.connection.polling = Polling::Off;
        self.connection.polled = false;
        self.forget_line(step);
        if self.connection.line == Line::Closed {
            self.try_again_later(CUT, step);
        }
    }

    /// Asks again when there is reason to: after a rest, when an answer is overdue, when a room was opened.
    pub(super) fn tick_polling(&mut self, step: &mut Step) {
        match self.connection.polling {
            Polling::Off => {}
            Polling::Resting => self.ask(POLL_WAIT_SECONDS, step),
            Polling::Asking { since, wait } => {
                if step.since(since) > 1000 * wait.cast_signed() + POLL_GRACE_MS {
                    step.wish(Effect::StopPolling);
                    self.polling_failed(step);
                }
            }
        }
    }

    pub(super) fn poll_again_after_sleep(&mut self, step: &mut Step) {
        if let Polling::Asking { since, wait } = self.connection.polling
            && step.since(since) > 1000 * wait.cast_signed() + TOO_SOON_MS
        {
            self.ask(0, step);
        }
    }

    /// Everything that a poll could have moved on.
    fn positions(&self) -> impl PartialEq + use<> {
        let rooms: Vec<_> = self
            .timelines
            .iter()
            .map(|(room, timeline)| (*room, timeline.position))
            .collect();
        (self.user_position, self.community_position, rooms)
    }
}
