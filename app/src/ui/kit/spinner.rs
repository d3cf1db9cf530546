//! Something is on its way.

use leptos::prelude::*;

/// Draws a turning ring. It is decoration: say beside it what is on its way.
pub fn spinner() -> impl IntoView {
    view! { <span class="spinner" aria-hidden="true"></span> }
}
