//! The quiet line.

use leptos::prelude::*;

use super::Mark;
use crate::{
    client::Client,
    state::{Action, Phase, Touched},
    ui::{
        kit,
        language::{Language, say, say_count},
        live::live,
    },
};

/// Says what is wrong with the line, if anything is. What is over in a moment is not worth a word: the style lets those
/// sentences wait.
#[component]
pub(in crate::ui) fn ConnectionLine() -> impl IntoView {
    let client: Client = expect_context();
    let mark = Mark::of(client);
    let language = Language::expect();
    view! {
        // Hidden by the style where scripts run.
        <p class="connection scripts-needed">{say!(language, app.scripts_needed)}</p>
        <div role="status">{move || sentence(client, mark.get())}</div>
    }
}

fn sentence(client: Client, mark: Mark) -> AnyView {
    let language = Language::expect();
    match mark {
        Mark::Starting | Mark::Live => ().into_any(),
        Mark::Connecting => {
            view! { <p class="connection soon">{kit::spinner()} {say!(language, connection.connecting)}</p> }.into_any()
        }
        Mark::CatchingUp => {
            view! { <p class="connection soon">{kit::spinner()} {say!(language, connection.catching_up)}</p> }.into_any()
        }
        Mark::Delayed => view! { <p class="connection">{say!(language, connection.delayed)}</p> }.into_any(),
        Mark::Polling => view! { <p class="connection">{say!(language, connection.polling)}</p> }.into_any(),
        Mark::Waiting => waiting(client, language).into_any(),
        Mark::SignedOut => view! {
            <p class="connection waiting">
                {say!(language, connection.signed_out)} <a href="/sign-in" rel="external">{say!(language, connection.sign_in)}</a>
            </p>
        }
        .into_any(),
    }
}

fn waiting(client: Client, language: Language) -> impl IntoView {
    let countdown = move || {
        let seconds = client.with(Touched::Connection, |state| match state.connection().phase() {
            Phase::Waiting { seconds } => seconds,
            _ => 0,
        });
        say_count!(language.get(), seconds, connection.next_single, next_many)
    };
    view! {
        <div class="connection waiting">
            <span>{say!(language, connection.lost)}</span>
            // Not read aloud each second.
            <span aria-hidden="true">{live(countdown)}</span>
            <button type="button" class="button" on:click=move |_| client.dispatch(Action::ReconnectNow)>
                {say!(language, connection.try_now)}
            </button>
        </div>
    }
}
