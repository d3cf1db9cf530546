//! The one function that moves the state on.

use crate::state::{Input, Moment, State, Update};

use super::step::Step;

impl State {
    /// Takes in what happened. Says what to do, and what to draw again.
    pub fn update(&mut self, at: Moment, input: Input) -> Update {
        let step = Step::new(at);
        let _ = input;
        step.into_update()
    }
}
