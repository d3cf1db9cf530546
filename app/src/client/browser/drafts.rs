//! Texts that were begun and not sent, in `sessionStorage`: they outlive a reload, and go with the tab.

use crate::protocol::{RoomId, UserId};

fn storage() -> Option<web_sys::Storage> {
    leptos::prelude::window().session_storage().ok().flatten()
}

/// Each person has their own: somebody else may sit at this tab next.
fn key(me: UserId, room: RoomId) -> String {
    format!("magpie.draft.{me}.{room}")
}

/// What was begun in a room; an empty text when nothing was.
pub(in crate::client) fn draft(me: UserId, room: RoomId) -> String {
    let kept = storage().and_then(|storage| storage.get_item(&key(me, room)).ok().flatten());
    kept.unwrap_or_default()
}

/// Forgets everything that this person began and did not send.
pub(super) fn forget_drafts(me: UserId) {
    let Some(storage) = storage() else { return };
    let prefix = format!("magpie.draft.{me}.");
    let count = storage.length().unwrap_or_default();
    let keys: Vec<_> = (0..count)
        .filter_map(|index| storage.key(index).ok().flatten())
        .filter(|key| key.starts_with(&prefix))
        .collect();
    for key in keys {
        let _ = storage.remove_item(&key);
    }
}

/// Keeps what was begun in a room; an empty text leaves no trace. Storage may be full, or forbidden: then the text lives as long as its box.
pub(in crate::client) fn keep_draft(me: UserId, room: RoomId, text: &str) {
    let Some(storage) = storage() else { return };
    let _ = if text.is_empty() {
        storage.remove_item(&key(me, room))
    } else {
        storage.set_item(&key(me, room), text)
    };
}
