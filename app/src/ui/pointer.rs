//! What the reader's device is like: what it points with, how wide it is.

use leptos::prelude::*;

/// Whether a finger does the pointing: there, taking the focus would bring up the keyboard unasked.
pub(super) fn is_coarse() -> bool {
    holds("(pointer: coarse)")
}

/// Whether nothing hovers before it acts.
pub(super) fn cannot_hover() -> bool {
    holds("(hover: none)")
}

/// Whether a media query holds now.
pub(super) fn holds(query: &str) -> bool {
    window()
        .match_media(query)
        .ok()
        .flatten()
        .is_some_and(|query| query.matches())
}
