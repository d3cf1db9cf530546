//! What was written and not sent: each room's box holds its own again.

use leptos::prelude::*;

use crate::{client::Client, protocol::RoomId};

/// Knows whether a box was opened since the page was drawn. Handed down as a context.
#[derive(Clone, Copy)]
pub(in crate::ui) struct Drafts {
    has_opened: StoredValue<bool>,
}

impl Drafts {
    /// Makes the context.
    pub(in crate::ui) fn provide() {
        provide_context(Self {
            has_opened: StoredValue::new(false),
        });
    }

    /// The context.
    pub(super) fn expect() -> Self {
        expect_context()
    }

    /// What belongs into a box that opens, and already holds a text. The page's first box holds what was written before the page was
    /// taken over. Those after it hold what was written in another room: Leptos uses the element again.
    pub(super) fn open(self, client: Client, room: RoomId, held: String) -> String {
        let is_first = !self.has_opened.get_value();
        self.has_opened.set_value(true);
        if is_first && !held.is_empty() {
            held
        } else {
            client.draft(room)
        }
    }
}
