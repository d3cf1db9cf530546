//! How buttons look. The element itself is written where it is used: a button, a link or a form's submit.

use leptos::{ev::MouseEvent, prelude::*};

use super::{Icon, icon};

/// What a button is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The one thing to do here.
    Primary,
    /// Something else that one may do.
    Secondary,
    /// Something small, in running text or at an edge.
    Plain,
    /// Something that cannot be undone.
    Danger,
}

/// The class of a button.
pub const fn class(kind: Kind) -> &'static str {
    match kind {
        Kind::Primary => "button primary",
        Kind::Secondary => "button secondary",
        Kind::Plain => "button plain",
        Kind::Danger => "button danger",
    }
}

/// Draws a button that says what it does.
pub fn button(kind: Kind, label: Signal<String>, on_click: impl FnMut(MouseEvent) + 'static) -> AnyView {
    let on_click: Box<dyn FnMut(MouseEvent)> = Box::new(on_click);
    view! {
        <button type="button" class=class(kind) on:click=on_click>
            {label}
        </button>
    }
    .into_any()
}

/// Draws a button that shows only an icon; `label` is its name, and its hint for the mouse.
pub fn icon_button(which: Icon, label: Signal<String>, on_click: impl FnMut(MouseEvent) + 'static) -> AnyView {
    // Boxed, so that one button is in the bundle, and not one for each thing that a button does.
    let on_click: Box<dyn FnMut(MouseEvent)> = Box::new(on_click);
    view! {
        <button type="button" class="icon-button" aria-label=label title=label on:click=on_click>
            {icon(which)}
        </button>
    }
    .into_any()
}
