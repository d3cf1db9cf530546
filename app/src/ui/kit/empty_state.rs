//! What is shown where there is nothing, so that one knows what to do next.

use leptos::prelude::*;

use super::{Icon, icon};

/// Draws a picture, a title, a sentence, and perhaps something to do.
pub fn empty_state(picture: Icon, title: impl IntoView, lead: impl IntoView, actions: impl IntoView) -> AnyView {
    let (title, lead, actions) = (title.into_any(), lead.into_any(), actions.into_any());
    view! {
        <div class="empty-state">
            <span class="picture">{icon(picture)}</span>
            <h2>{title}</h2>
            <p>{lead}</p>
            <div class="actions">{actions}</div>
        </div>
    }
    .into_any()
}
