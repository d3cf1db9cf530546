//! The way to the other language.

use leptos::prelude::*;

use crate::ui::language::{Language, say};

/// Draws a button named in the other language, for those who cannot read this one.
pub(in crate::ui) fn language_button() -> impl IntoView {
    let language = Language::expect();
    let name = say!(language, language.switch);
    view! {
        <button
            type="button"
            class="icon-button language"
            aria-label=name
            title=name
            on:click=move |_| language.switch()
        >
            {say!(language, language.short)}
        </button>
    }
}
