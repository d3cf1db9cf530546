//! A sentence that stands out from the rest of the page.

use leptos::prelude::*;

use super::{Icon, icon};

/// How much it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// It is good to know.
    Quiet,
    /// It may hinder.
    Warning,
    /// It went wrong.
    Danger,
}

/// Draws a sentence, and what can be done about it.
pub fn banner(tone: Tone, text: impl IntoView, actions: impl IntoView) -> impl IntoView {
    let class = match tone {
        Tone::Quiet => "banner",
        Tone::Warning => "banner warning",
        Tone::Danger => "banner danger",
    };
    view! { <div class=class>{icon(Icon::Alert)} <p>{text}</p> {actions}</div> }
}
