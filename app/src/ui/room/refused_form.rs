//! What a plain form of a room asked for was refused. A page of its own, drawn by the server alone: it needs no script, and has none.

use leptos::prelude::*;
use leptos_i18n::Locale as _;
use leptos_meta::{Html, provide_meta_context};

use crate::{
    protocol::{ErrorCode, Slug, TextFault, text::check_body},
    ui::{
        FormSeed,
        connection::PlainTitle,
        kit::{self, Kind},
        language::{Language, say, td_string},
        notice::reason,
        place::room_path,
    },
};

/// Says why, and holds what was written, to be sent again.
#[component]
pub fn RefusedForm(
    /// Why.
    code: ErrorCode,
    /// The room's.
    slug: Slug,
    /// What was to be posted; none when the form asked for something else.
    written: Option<String>,
    /// For the form.
    seed: FormSeed,
) -> impl IntoView {
    provide_meta_context();
    let language = Language::provide();
    let locale = language.get_untracked();
    let room = room_path(&slug);
    let surplus = written.as_deref().and_then(|text| match check_body(text) {
        Err(TextFault::TooLong { limit }) => Some(text.chars().count() - limit),
        _ => None,
    });
    let why = match surplus {
        Some(count) => format!(
            "{} {}",
            reason(locale, code),
            td_string!(locale, composer.over, count = count)
        ),
        None => reason(locale, code).to_owned(),
    };
    let again = written.map(|text| {
        view! {
            <form method="post" action=format!("{room}/messages")>
                <input type="hidden" name="client_message_id" value=seed.0 />
                <kit::TextArea id="body" name="body" label=say!(language, composer.again) value=text />
                <button type="submit" class=kit::class(Kind::Primary)>
                    {say!(language, composer.send)}
                </button>
            </form>
        }
    });
    view! {
        <Html attr:lang=locale.as_str() />
        <PlainTitle />
        <main class="door">
            <div class="card">
                <header>
                    <h1>{say!(language, room.refused)}</h1>
                    <p class="lead" role="alert">
                        {why}
                    </p>
                </header>
                {again}
                <a class=kit::class(Kind::Secondary) href=room>
                    {say!(language, room.back_here)}
                </a>
            </div>
        </main>
    }
    .into_any()
}
