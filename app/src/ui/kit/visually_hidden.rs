//! Text for screen readers only.

use leptos::prelude::*;

/// Says something without showing it.
pub fn visually_hidden(text: impl IntoView) -> impl IntoView {
    view! { <span class="visually-hidden">{text}</span> }
}
