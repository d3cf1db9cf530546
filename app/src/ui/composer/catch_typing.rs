//! Who begins to write need not go to the box first.

use leptos::{ev::KeyboardEvent, html, prelude::*};

use crate::ui::focus::is_there;

/// Leads to the box whoever writes where nothing is written: the character then belongs into it.
pub(super) fn catch_typing(field: NodeRef<html::Textarea>) {
    let typed = window_event_listener(leptos::ev::keydown, move |event| {
        if is_writing_elsewhere(&event)
            && let Some(field) = field.get_untracked()
        {
            let _ = field.focus();
        }
    });
    on_cleanup(move || typed.remove());
}

/// Whether a key is a character that nothing else on the page wants.
fn is_writing_elsewhere(event: &KeyboardEvent) -> bool {
    let is_character = event.key().chars().count() == 1 && event.key() != " ";
    let is_command = event.ctrl_key() || event.meta_key() || event.alt_key() || event.default_prevented();
    let is_writable =
        |element: leptos::web_sys::Element| element.matches("input, textarea, select").unwrap_or_default();
    // One that is drawn and not open yet will be in a moment.
    let is_asked = is_there("dialog > .body");
    is_character && !is_command && !is_asked && !document().active_element().is_some_and(is_writable)
}
