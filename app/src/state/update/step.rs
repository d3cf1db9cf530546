//! What one update gathers.

use std::collections::BTreeSet;

use crate::protocol::Timestamp;
use crate::state::{Effect, Moment, Touched, Update};

/// The moment of one update, and what it wishes for so far.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) at: Moment,
    effects: Vec<Effect>,
    touched: BTreeSet<Touched>,
    /// Whether what has to be remembered has changed.
    pub(super) outbox_changed: bool,
}

impl Step {
    pub(super) fn new(at: Moment) -> Self {
        Self { at, effects: Vec::new(), touched: BTreeSet::new(), outbox_changed: false }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.at.now
    }

    pub(super) fn wish(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    pub(super) fn touch(&mut self, part: Touched) {
        self.touched.insert(part);
    }

    pub(super) fn into_update(self) -> Update {
        Update { effects: self.effects, touched: self.touched.into_iter().collect() }
    }
}
