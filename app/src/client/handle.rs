//! What components hold.

use std::ops::Deref;

use leptos::prelude::*;
use litemap::LiteMap;

use crate::{
    protocol::{ClientMessageId, RoomId, Slug},
    state::{Action, State, Touched},
};

#[cfg(feature = "client")]
use super::browser::{self, Driver};

/// The state, to be read part by part, and actions, to be dispatched. Copied freely; provided as a context.
#[derive(Clone, Copy)]
pub struct Client {
    state: StoredValue<State>,
    /// One for each part that was ever read, rung after the state has changed.
    triggers: StoredValue<LiteMap<Touched, ArcTrigger>>,
    destination: RwSignal<Option<Slug>>,
    #[cfg(feature = "client")]
    driver: StoredValue<Option<Driver>, LocalStorage>,
}

impl Client {
    /// Holds this state. Nothing moves before the driver is started.
    pub fn new(state: State) -> Self {
        Self {
            state: StoredValue::new(state),
            triggers: StoredValue::new(LiteMap::new()),
            destination: RwSignal::new(None),
            #[cfg(feature = "client")]
            driver: StoredValue::new_local(None),
        }
    }

    /// Reads the state, and follows this part of it: what called is run again when the part changes.
    pub fn with<T>(self, part: Touched, read: impl FnOnce(&State) -> T) -> T {
        self.follow(part);
        read(&self.state())
    }

    /// Reads the state once.
    pub fn with_untracked<T>(self, read: impl FnOnce(&State) -> T) -> T {
        read(&self.state())
    }

    fn follow(self, part: Touched) {
        let trigger = self
            .triggers
            .try_update_value(|triggers| triggers.entry(part).or_insert_with(ArcTrigger::new).clone());
        if let Some(trigger) = trigger {
            trigger.track();
        }
    }

    /// The state, borrowed. A function of its own, so that the borrowing is in the bundle once, and not with each thing that is read.
    fn state(self) -> impl Deref<Target = State> {
        self.state.read_value()
    }

    /// Follows where the client wants to go: the room that was just made or joined. Whoever has the router goes there.
    pub fn destination(self) -> Option<Slug> {
        self.destination.get()
    }

    /// Does what the user wishes. On the server, nothing. Without a driver (the demo page) only the state moves on.
    pub fn dispatch(self, action: Action) {
        #[cfg(feature = "client")]
        browser::dispatch(self, action);
        #[cfg(not(feature = "client"))]
        drop(action);
    }

    /// What was begun in a room and not sent. On the server, nothing.
    pub fn draft(self, room: RoomId) -> String {
        #[cfg(feature = "client")]
        let draft = self.my_id().map(|me| browser::draft(me, room)).unwrap_or_default();
        #[cfg(not(feature = "client"))]
        let draft = {
            let _ = room;
            String::new()
        };
        draft
    }

    /// Keeps what was begun in a room, for as long as the tab lives. On the server, nothing.
    pub fn keep_draft(self, room: RoomId, text: &str) {
        #[cfg(feature = "client")]
        if let Some(me) = self.my_id() {
            browser::keep_draft(me, room, text);
        }
        #[cfg(not(feature = "client"))]
        let _ = (room, text);
    }

    /// What was written here and not sent is forgotten in this browser. On the server, nothing.
    pub fn forget_what_was_written(self) {
        #[cfg(feature = "client")]
        browser::forget_what_was_written(self);
    }

    /// A name for a new message. On the server, where nothing is sent, an empty one.
    pub fn fresh_message_id(self) -> ClientMessageId {
        #[cfg(feature = "client")]
        let id = browser::fresh_message_id();
        #[cfg(not(feature = "client"))]
        let id = ClientMessageId(String::new());
        id
    }
}

#[cfg(feature = "client")]
impl Client {
    /// Changes the state, then tells whoever reads the touched parts: the state is not borrowed while they are told.
    pub(super) fn change(self, change: impl FnOnce(&mut State) -> crate::state::Update) -> Vec<crate::state::Effect> {
        let Some(update) = self.state.try_update_value(change) else {
            return Vec::new();
        };
        for part in update.touched {
            let trigger = self
                .triggers
                .try_with_value(|triggers| triggers.get(&part).cloned())
                .flatten();
            if let Some(trigger) = trigger {
                trigger.notify();
            }
        }
        update.effects
    }

    pub(super) fn go_to(self, slug: Slug) {
        self.destination.set(Some(slug));
    }

    fn my_id(self) -> Option<crate::protocol::UserId> {
        self.with_untracked(|state| state.me().map(|me| me.id))
    }

    pub(super) fn driver(self) -> Option<Driver> {
        self.driver.try_with_value(Clone::clone).flatten()
    }

    pub(super) fn set_driver(self, driver: Driver) {
        self.driver.set_value(Some(driver));
    }
}
