//! How much room is left, said only when it gets scarce.

use leptos::prelude::*;

use crate::{
    protocol::{limits::BODY_CHARS, text::message_in},
    ui::{
        language::{Language, td_string},
        live::live,
    },
};

/// Characters left from which on the count is shown.
const SCARCE: usize = 500;

/// Draws the count.
pub(super) fn counter(text: RwSignal<String>) -> impl IntoView {
    let language = Language::expect();
    let used = Memo::new(move |_| text.with(|text| message_in(text).chars().count()));
    let count = move || {
        let used = used.get();
        let locale = language.get();
        if used > BODY_CHARS {
            let words = td_string!(locale, composer.over, count = used - BODY_CHARS);
            view! { <span class="counter over" role="status">{words}</span> }.into_any()
        } else if used + SCARCE > BODY_CHARS {
            let words = td_string!(locale, composer.left, count = BODY_CHARS - used);
            view! { <span class="counter">{words}</span> }.into_any()
        } else {
            ().into_any()
        }
    };
    live(count)
}
