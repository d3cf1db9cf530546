//! Whether the people of a room are in view. Beside the talk that is a matter of taste; on a phone they are a screen of their own, and
//! "back" leads out of it.

use leptos::{ev, html, prelude::*};
use leptos_router::hooks::use_location;

use crate::ui::{
    focus::{focus, is_there, soon},
    pointer,
};

/// From this width on the people are in view unless they were sent away. As in `style/members.css`.
const WIDE: &str = "(min-width: 75rem)";
/// What the address ends in while they are a screen of their own.
const HASH: &str = "people";

/// The panel, which is there or not in whatever room one is. Handed down as a context.
#[derive(Clone, Copy)]
pub(in crate::ui) struct Panel {
    /// Unsaid until somebody says: the style then goes by the width of the window.
    open: RwSignal<Option<bool>>,
    /// What opens it.
    pub(in crate::ui) button: NodeRef<html::Button>,
}

impl Panel {
    /// Makes the context. It follows the address, and Escape closes it.
    pub(in crate::ui) fn provide() {
        let open = RwSignal::new(None);
        let hash = use_location().hash;
        Effect::new(move |was_named: Option<bool>| {
            let is_named = hash.with(|hash| hash.trim_start_matches('#') == HASH);
            if is_named || was_named == Some(true) {
                open.set(Some(is_named));
            }
            is_named
        });
        let panel = Self {
            open,
            button: NodeRef::new(),
        };
        provide_context(panel);
        let escape = window_event_listener(ev::keydown, move |event| {
            let is_free = event.key() == "Escape" && !event.default_prevented() && !is_there("dialog[open]");
            if is_free && (open.get_untracked() == Some(true) || is_there("#members:focus-within")) {
                panel.close();
            }
        });
        on_cleanup(move || escape.remove());
    }

    /// The context.
    pub(in crate::ui) fn expect() -> Self {
        expect_context()
    }

    /// For the style.
    pub(in crate::ui) fn as_str(self) -> &'static str {
        match self.open.get() {
            None => "auto",
            Some(true) => "open",
            Some(false) => "closed",
        }
    }

    /// For the button: whether it is open, when that was said.
    pub(in crate::ui) fn expanded(self) -> Option<&'static str> {
        self.open.get().map(|open| if open { "true" } else { "false" })
    }

    /// Opens it, or closes it.
    pub(in crate::ui) fn toggle(self) {
        if self.open.get_untracked().unwrap_or_else(|| pointer::holds(WIDE)) {
            self.close();
        } else if pointer::holds(WIDE) {
            self.open.set(Some(true));
        } else {
            let _ = window().location().set_hash(HASH);
            // It covers what one came from.
            soon(|| {
                focus("#members button");
            });
        }
    }

    /// Closes it. The focus goes back to what opened it.
    pub(in crate::ui) fn close(self) {
        if let Some(button) = self.button.get_untracked() {
            let _ = button.focus();
        }
        let hash = window().location().hash().unwrap_or_default();
        if hash.trim_start_matches('#') == HASH {
            // Browsers refuse it only where there is no history: then there is nothing to go back to either.
            let _ = window().history().and_then(|history| history.back());
        } else {
            self.open.set(Some(false));
        }
    }
}
