//! What was written and not sent, for each room, while the page lives.

use std::collections::HashMap;

use leptos::prelude::*;

use crate::protocol::RoomId;

/// One text for each room that has one. Handed down as a context.
#[derive(Clone, Copy)]
pub(in crate::ui) struct Drafts(StoredValue<HashMap<RoomId, String>>);

impl Drafts {
    /// Makes the context.
    pub(in crate::ui) fn provide() {
        provide_context(Self(StoredValue::new(HashMap::new())));
    }

    /// The context.
    pub(super) fn expect() -> Self {
        expect_context()
    }

    /// Takes out what was written in a room.
    pub(super) fn take(self, room: RoomId) -> String {
        self.0
            .try_update_value(|drafts| drafts.remove(&room))
            .flatten()
            .unwrap_or_default()
    }

    /// Keeps what was written in a room; an empty text is not kept.
    pub(super) fn keep(self, room: RoomId, text: String) {
        if !text.is_empty() {
            // Nothing to keep it for when the page itself goes.
            let _ = self.0.try_update_value(|drafts| drafts.insert(room, text));
        }
    }
}
