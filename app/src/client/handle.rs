//! What components hold.

use std::collections::HashMap;

use leptos::prelude::*;

use crate::{
    protocol::ClientMessageId,
    state::{Action, Input, Moment, State, Touched},
};

/// The state, to be read, and actions, to be dispatched.
#[derive(Clone, Copy)]
pub struct Client {
    state: StoredValue<State>,
    triggers: StoredValue<HashMap<Touched, ArcTrigger>>,
}

impl Client {
    /// Around this state.
    pub fn new(state: State) -> Self {
        Self {
            state: StoredValue::new(state),
            triggers: StoredValue::new(HashMap::new()),
        }
    }

    /// Reads the state, and follows this part of it.
    pub fn with<T>(self, touched: Touched, read: impl FnOnce(&State) -> T) -> T {
        let trigger = self
            .triggers
            .try_update_value(|triggers| triggers.entry(touched).or_insert_with(ArcTrigger::new).clone());
        if let Some(trigger) = trigger {
            trigger.track();
        }
        self.state.with_value(read)
    }

    /// Reads the state once.
    pub fn with_untracked<T>(self, read: impl FnOnce(&State) -> T) -> T {
        self.state.with_value(read)
    }

    /// Does what the user wishes.
    pub fn dispatch(self, action: Action) {
        let update = self
            .state
            .try_update_value(|state| state.update(Moment::default(), Input::Action(action)));
        for touched in update.map(|update| update.touched).unwrap_or_default() {
            if let Some(trigger) = self.triggers.with_value(|triggers| triggers.get(&touched).cloned()) {
                trigger.notify();
            }
        }
    }

    /// A name for a new message.
    pub fn fresh_message_id(self) -> ClientMessageId {
        ClientMessageId(format!("{:x}", (js_sys::Math::random() * 1e15) as u64))
    }
}
