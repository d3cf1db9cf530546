//! What the parts of one open room share.

use leptos::prelude::*;

use crate::protocol::{Number, RoomId};

/// One open room. Made anew for each, so nothing of one room can show in another.
#[derive(Clone, Copy)]
pub(in crate::ui) struct View {
    /// Which room.
    pub(in crate::ui) room: RoomId,
    /// Counts the wishes to see the newest message.
    pub(super) jumps: RwSignal<u32>,
    /// The message that is being edited.
    pub(super) editing: RwSignal<Option<Number>>,
    /// The message that is to be deleted, if the answer is yes.
    pub(super) deleting: RwSignal<Option<Number>>,
    /// Whether the newest message is in sight.
    pub(super) at_newest: RwSignal<bool>,
}

impl View {
    /// A room that was just opened.
    pub(in crate::ui) fn new(room: RoomId) -> Self {
        Self {
            room,
            jumps: RwSignal::new(0),
            editing: RwSignal::new(None),
            deleting: RwSignal::new(None),
            at_newest: RwSignal::new(true),
        }
    }

    /// Begins to edit a message, wherever it is.
    pub(in crate::ui) fn edit(self, number: Number) {
        self.editing.set(Some(number));
    }

    /// Shows the newest message, wherever the reader is.
    pub(in crate::ui) fn jump_to_newest(self) {
        self.jumps.update(|jumps| *jumps = jumps.wrapping_add(1));
    }
}
