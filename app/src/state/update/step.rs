//! What one update gathers.

use crate::protocol::{ClientFrame, Command, RequestId, Timestamp};
use crate::state::{Effect, Moment, State, Touched, Update, requests::Purpose};

/// The moment of one update, and what it wishes for so far.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) at: Moment,
    effects: Vec<Effect>,
    touched: Vec<Touched>,
    /// Whether what has to be remembered has changed.
    pub(super) outbox_changed: bool,
}

impl Step {
    pub(super) fn new(at: Moment) -> Self {
        Self {
            at,
            effects: Vec::new(),
            touched: Vec::new(),
            outbox_changed: false,
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.at.now
    }

    /// The moment so many milliseconds from now.
    pub(super) fn in_milliseconds(&self, milliseconds: i64) -> Timestamp {
        Timestamp(self.at.now.0 + milliseconds)
    }

    /// Milliseconds since then. A moment in the future was noted before the clock was set back: it is long ago.
    pub(super) fn since(&self, moment: Timestamp) -> i64 {
        let elapsed = self.at.now.0 - moment.0;
        if elapsed < 0 { i64::MAX } else { elapsed }
    }

    pub(super) fn wish(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    pub(super) fn wish_first(&mut self, effect: Effect) {
        self.effects.insert(0, effect);
    }

    pub(super) fn send(&mut self, id: RequestId, command: Command) {
        self.wish(Effect::Send(ClientFrame { id, command }));
    }

    pub(super) fn touch(&mut self, part: Touched) {
        if !self.touched.contains(&part) {
            self.touched.push(part);
        }
    }

    pub(super) fn into_update(self) -> Update {
        Update {
            effects: self.effects,
            touched: self.touched,
        }
    }
}

impl State {
    /// Sends a command, and remembers what its answer is for.
    pub(super) fn send(&mut self, command: Command, purpose: Purpose, step: &mut Step) -> RequestId {
        let id = self.requests.next();
        self.requests.expect(id, purpose);
        step.send(id, command);
        id
    }
}
