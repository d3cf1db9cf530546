//! What a second that passes can mean.

use crate::protocol::limits::SILENCE_SECONDS;
use crate::state::{State, Touched, connection::Line, pause::has_come, timeline::Watch};

use super::step::Step;

/// A socket that has not opened after this will not: something on the way swallows it.
const OPENING_MS: i64 = 8_000;
/// One that was not welcomed after this will not be.
const GREETING_MS: i64 = 15_000;
/// A post that was not answered in this time is sent again; a repetition does no harm.
const ANSWER_MS: i64 = 30_000;
/// A room's changes that did not come in this time are asked for again.
const WATCH_MS: i64 = 10_000;
/// How long after a refusal a room that is on the list is asked for again.
const REFUSED_MS: i64 = 5_000;

/// How long a notice is shown.
const NOTICE_MS: i64 = 8_000;

impl State {
    pub(super) fn tick(&mut self, step: &mut Step) {
        let silence = 1000 * SILENCE_SECONDS.cast_signed();
        match self.connection.line {
            Line::Opening(since) if step.since(since) > OPENING_MS => self.drop_socket(step),
            Line::Open(since) if step.since(since) > GREETING_MS => self.drop_socket(step),
            Line::Open(_) | Line::Ready(_) if step.since(self.connection.heard_at) > silence => self.drop_socket(step),
            Line::Closed
                if self
                    .connection
                    .retry_at
                    .is_some_and(|moment| has_come(moment, step.now())) =>
            {
                self.connect(step);
            }
            _ => {}
        }
        self.tick_polling(step);
        if self.notice.is_some_and(|notice| step.since(notice.since) > NOTICE_MS) {
            self.notice = None;
            step.touch(Touched::Notice);
        }
        for room in self.people.expire_typing(step.now()) {
            step.touch(Touched::Typing(room));
        }
        for (room, timeline) in &mut self.timelines {
            if timeline.queue.requeue(|since| step.since(since) > ANSWER_MS) {
                step.touch(Touched::Timeline(*room));
            }
            match timeline.watch {
                Watch::Asked(since) if step.since(since) > WATCH_MS => timeline.watch = Watch::Off,
                Watch::Refused(since) if step.since(since) > REFUSED_MS => timeline.watch = Watch::Off,
                _ => {}
            }
        }
    }
}
