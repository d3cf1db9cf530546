//! Which Enter is meant.

use leptos::ev::KeyboardEvent;

use crate::ui::pointer;

/// Whether the key belongs to an input method, which is putting together a character: Enter then accepts the character
/// and sends nothing. Safari ends the composition before it tells of the key, and says so only by the code 229.
pub(in crate::ui) fn is_composing(event: &KeyboardEvent) -> bool {
    event.is_composing() || event.key_code() == 229
}

/// Whether this Enter means that the text is done. Where a finger points it breaks the line, as the keyboard says: there is a button to
/// send.
pub(in crate::ui) fn sends(event: &KeyboardEvent) -> bool {
    let is_enter = event.key() == "Enter" && !event.shift_key() && !is_composing(event);
    is_enter && (event.ctrl_key() || event.meta_key() || !pointer::is_coarse())
}
