//! Asks whether one really wants to go: there is no way back to who one was.

use leptos::prelude::*;

use crate::{
    client::Client,
    state::Touched,
    ui::{
        kit::{self, Dialog, Kind},
        language::{Language, say, say_count},
        live::live,
    },
};

/// The question. Its answer is a plain form, as the button is that asks it.
#[component]
pub(super) fn SignOut(
    /// Whether it is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    let client: Client = expect_context();
    let language = Language::expect();
    let is_usable = Memo::new(move |_| client.with(Touched::Connection, |state| state.connection().is_usable()));
    let name = Memo::new(move |_| {
        client.with(Touched::People, |state| {
            state.me().map(|me| me.name.clone()).unwrap_or_default()
        })
    });
    let unsent = move || {
        let count = client.with(Touched::Outbox, |state| state.outbox().len());
        (open.get() && count > 0).then(|| {
            let words = move || say_count!(language.get(), count, session.unsent_single, unsent_many);
            view! { <p class="lead">{live(words)}</p> }.into_any()
        })
    };
    let no_line = move || {
        (!is_usable.get()).then(|| {
            view! { <p class="wait trouble" role="status">{say!(language, session.sign_out_no_line)}</p> }.into_any()
        })
    };
    view! {
        <Dialog
            open=open
            title=say!(language, session.sign_out_title)
            close=say!(language, room.close)
        >
            <p class="lead">{move || say!(language, session.sign_out_lead, name = name.get()).get()}</p>
            {live(unsent)}
            {live(no_line)}
            <form
                class="actions"
                method="post"
                action="/session/end"
                on:submit=move |_| client.forget_what_was_written()
            >
                {kit::button(Kind::Secondary, say!(language, room.cancel), move |_| open.set(false))}
                <button type="submit" class=kit::class(Kind::Danger) disabled=move || !is_usable.get()>
                    {say!(language, session.sign_out)}
                </button>
            </form>
        </Dialog>
    }
}
