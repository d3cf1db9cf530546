//! A number that asks to be looked at.

use leptos::prelude::*;

use super::visually_hidden;

/// Draws a count, `99+` above 99. `meaning` is what a screen reader says instead.
pub fn badge(count: u64, meaning: String) -> AnyView {
    let shown = if count > 99 {
        "99+".to_owned()
    } else {
        count.to_string()
    };
    view! {
        <span class="badge" aria-hidden="true">
            {shown}
        </span>
        {visually_hidden(meaning)}
    }
    .into_any()
}
