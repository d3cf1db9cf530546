//! The page `/kit`: every part in every state, for those who build on it.

use leptos::prelude::*;

/// All parts.
#[component]
pub(super) fn Showcase() -> impl IntoView {
    view! { <main class="kit-page"><h1>"Kit"</h1></main> }
}
