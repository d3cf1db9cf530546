//! Which Enter is meant.

use leptos::ev::KeyboardEvent;

/// Whether the key belongs to an input method, which is putting together a character: Enter then accepts the character
/// and sends nothing. Safari ends the composition before it tells of the key, and says so only by the code 229.
pub(in crate::ui) fn is_composing(event: &KeyboardEvent) -> bool {
    event.is_composing() || event.key_code() == 229
}
