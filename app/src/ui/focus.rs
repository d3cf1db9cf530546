//! Where the keyboard goes.

use leptos::{
    prelude::*,
    web_sys::{HtmlDialogElement, HtmlElement, wasm_bindgen::JsCast},
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

/// Gives it to the box where one writes, once the dialog that is open is closed. Closing gives it back to the button that opened the
/// dialog: there an impatient Enter would open it again, so until then nothing has it.
pub(super) fn write_next() {
    if !pointer::is_coarse() {
        let open = document().query_selector("dialog[open]").ok().flatten();
        if let Some(dialog) = open.and_then(|element| element.dyn_into::<HtmlDialogElement>().ok()) {
            dialog.close();
        }
        let button = document().active_element();
        if let Some(button) = button.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
            let _ = button.blur();
        }
        soon(|| {
            focus(&format!("#{MESSAGE_BOX}"));
        });
    }
}
