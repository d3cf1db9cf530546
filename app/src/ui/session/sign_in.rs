//! The sign-in page.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::language_button;
use crate::{
    protocol::limits::USER_NAME_CHARS,
    ui::{
        connection::PlainTitle,
        kit::{self, Field, Kind},
        language::{Language, Locale, say, td_string},
    },
};

/// Asks for a name. The form goes to the server, which comes back here with `?error=&name=` when it does not like it.
#[component]
pub(in crate::ui) fn SignIn() -> impl IntoView {
    let language = Language::expect();
    let query = use_query_map();
    let error = Signal::derive(move || {
        query.with(|query| {
            query
                .get_str("error")
                .map(|code| complaint(language.get(), code))
                .unwrap_or_default()
        })
    });
    let (name, next) = query.with_untracked(|query| (query.get("name"), query.get("next")));

    view! {
        <PlainTitle />
        <main class="door">
            {language_button()}
            <div class="card">
                <img class="mark" src="/favicon.svg" alt="" width="56" height="56" />
                <header>
                    <h1>{say!(language, session.title)}</h1>
                    <p class="lead">{say!(language, session.lead)}</p>
                </header>
                <form method="post" action="/session">
                    <Field
                        id="name"
                        name="name"
                        label=say!(language, session.name)
                        placeholder=say!(language, session.placeholder)
                        value=name.unwrap_or_default()
                        error=error
                        autocomplete="nickname"
                        autofocus=true
                    />
                    {next.map(|next| view! { <input type="hidden" name="next" value=next /> })}
                    <button type="submit" class=kit::class(Kind::Primary)>
                        {say!(language, session.enter)}
                    </button>
                </form>
            </div>
        </main>
    }
}

fn complaint(locale: Locale, code: &str) -> String {
    match code {
        "text_empty" => td_string!(locale, session.name_missing).to_owned(),
        "text_too_long" => td_string!(locale, session.name_too_long, limit = USER_NAME_CHARS),
        "not_allowed" => td_string!(locale, session.name_unfit).to_owned(),
        "too_fast" => td_string!(locale, error.too_fast).to_owned(),
        _ => td_string!(locale, session.failed).to_owned(),
    }
}
