//! The shape of what is about to come.

use leptos::prelude::*;

/// Draws one bar: `short`, `middle`, `long`, or `round` for a face.
pub fn skeleton(shape: &'static str) -> impl IntoView {
    view! { <span class=format!("skeleton {shape}")></span> }
}

/// Draws rows with a face and some lines. `label` says what is on its way.
pub fn skeleton_rows(label: String) -> AnyView {
    const LINES: [&[&str]; 4] = [
        &["short", "long"],
        &["short", "middle", "long"],
        &["short", "middle"],
        &["short", "long"],
    ];
    let row = |lines: &'static [&'static str]| {
        view! { <div>{skeleton("round")} <div>{lines.iter().map(|line| skeleton(line)).collect_view()}</div></div> }
    };
    view! { <div class="skeleton-rows" role="status" aria-label=label>{LINES.into_iter().map(row).collect_view()}</div> }.into_any()
}
