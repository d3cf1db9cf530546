//! What was written and not sent, for each room, while the page lives.

use leptos::prelude::*;
use litemap::LiteMap;

use crate::protocol::RoomId;

/// One text for each room that has one. Handed down as a context.
#[derive(Clone, Copy)]
pub(in crate::ui) struct Drafts {
    kept: StoredValue<LiteMap<RoomId, String>>,
    /// Whether a box was opened since the page was drawn.
    has_opened: StoredValue<bool>,
}

impl Drafts {
    /// Makes the context.
    pub(in crate::ui) fn provide() {
        provide_context(Self {
            kept: StoredValue::new(LiteMap::new()),
            has_opened: StoredValue::new(false),
        });
    }

    /// The context.
    pub(super) fn expect() -> Self {
        expect_context()
    }

    /// What belongs into a box that opens, and already holds a text. The page's first box holds what was written before the page was
    /// taken over. Those after it hold what was written in another room: Leptos uses the element again.
    pub(super) fn open(self, room: RoomId, held: String) -> String {
        let is_first = !self.has_opened.get_value();
        self.has_opened.set_value(true);
        if is_first && !held.is_empty() {
            held
        } else {
            self.take(room)
        }
    }

    /// Takes out what was written in a room.
    fn take(self, room: RoomId) -> String {
        self.kept
            .try_update_value(|drafts| drafts.remove(&room))
            .flatten()
            .unwrap_or_default()
    }

    /// Keeps what was written in a room; an empty text is not kept.
    pub(super) fn keep(self, room: RoomId, text: String) {
        if !text.is_empty() {
            // Nothing to keep it for when the page itself goes.
            let _ = self.kept.try_update_value(|drafts| drafts.insert(room, text));
        }
    }
}
