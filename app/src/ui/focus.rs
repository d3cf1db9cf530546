//! Where the keyboard goes.

use leptos::{
    prelude::*,
    web_sys::{HtmlElement, wasm_bindgen::JsCast},
};

use super::{composer::MESSAGE_BOX, pointer};

/// Gives the focus to the first element that the selector finds. Says whether there is one.
pub(super) fn focus(selector: &str) -> bool {
    let found = document().query_selector(selector).ok().flatten();
    let element = found.and_then(|element| element.dyn_into::<HtmlElement>().ok());
    element.is_some_and(|element| element.focus().is_ok())
}

/// Whether there is such an element.
pub(super) fn is_there(selector: &str) -> bool {
    document().query_selector(selector).ok().flatten().is_some()
}

/// Lets two frames pass: in the first a dialog opens, or a panel is drawn.
pub(super) fn soon(act: impl FnOnce() + 'static) {
    request_animation_frame(move || request_animation_frame(act));
}

/// Leads whoever has lost their place, because what had the focus is not drawn any more, to the first element that the selector finds.
pub(super) fn land_on(selector: &'static str) {
    soon(move || {
        if !is_there(":focus") {
            focus(selector);
        }
    });
}

/// Gives it to the box where one writes, once a dialog is closed: that gives it back to where it was before.
pub(super) fn write_next() {
    if !pointer::is_coarse() {
        soon(|| {
            focus(&format!("#{MESSAGE_BOX}"));
        });
    }
}
