//! What the parts of one open room share.

use leptos::{html, prelude::*};

use crate::{
    protocol::{Number, RoomId},
    ui::pointer,
};

/// Where the reader wants to be brought.
#[derive(Clone, Copy)]
pub(super) enum Destination {
    /// To the newest message.
    Newest,
    /// To the "new messages" line.
    FirstNew,
    /// Down: to the first unread message, if that was not seen yet, else to the newest.
    Down,
}

/// One open room. Made anew for each, so nothing of one room can show in another.
#[derive(Clone, Copy)]
pub(in crate::ui) struct View {
    /// Which room.
    pub(in crate::ui) room: RoomId,
    /// Where one writes.
    pub(in crate::ui) message_box: NodeRef<html::Textarea>,
    /// Where the reader wanted to be brought last.
    pub(super) destination: RwSignal<Option<Destination>>,
    /// The message that is being edited.
    pub(super) editing: RwSignal<Option<Number>>,
    /// What it has been changed to so far: its row may be drawn anew meanwhile.
    pub(super) edited: StoredValue<Option<String>>,
    /// The message that was tapped last: where nothing hovers, its tools are shown.
    pub(super) selected: RwSignal<Option<Number>>,
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
            message_box: NodeRef::new(),
            destination: RwSignal::new(None),
            editing: RwSignal::new(None),
            edited: StoredValue::new(None),
            selected: RwSignal::new(None),
            deleting: RwSignal::new(None),
            at_newest: RwSignal::new(true),
        }
    }

    /// Begins to edit a message, wherever it is.
    pub(in crate::ui) fn edit(self, number: Number) {
        self.edited.set_value(None);
        self.editing.set(Some(number));
    }

    /// The message is as it is to be, or stays as it was.
    pub(super) fn finish_editing(self) {
        self.editing.set(None);
        self.edited.set_value(None);
        self.go_on_writing();
    }

    /// Gives the focus to the box, from where something went away that had it.
    pub(in crate::ui) fn go_on_writing(self) {
        if let Some(field) = self.message_box.get_untracked().filter(|_| !pointer::is_coarse()) {
            let _ = field.focus();
        }
    }

    /// Shows the newest message, wherever the reader is.
    pub(in crate::ui) fn jump_to_newest(self) {
        self.go_to(Destination::Newest);
    }

    /// Brings the reader there.
    pub(super) fn go_to(self, destination: Destination) {
        self.destination.set(Some(destination));
    }
}
