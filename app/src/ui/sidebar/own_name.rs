//! The dialog that changes one's own name.

use leptos::{ev::SubmitEvent, html, prelude::*};

use crate::{
    client::Client,
    protocol::limits::USER_NAME_CHARS,
    state::{Action, Deed},
    ui::{
        kit::{Dialog, Field, written},
        language::{Language, say, td_string},
        wait::{About, Wait},
    },
};

/// Asks how one wants to be called.
#[component]
pub(super) fn OwnName(
    /// Whether it is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    let client: Client = expect_context();
    let language = Language::expect();
    let wait = Wait::until(client, || vec![Deed::SetName]).in_dialog(open);
    view! {
        <Dialog
            open=open
            title=say!(language, session.rename)
            close=say!(language, room.close)
        >
            {form(client, wait, open)}
        </Dialog>
    }
}

fn form(client: Client, wait: Wait, open: RwSignal<bool>) -> impl IntoView {
    let language = Language::expect();
    let name = NodeRef::<html::Input>::new();
    let before = client.with_untracked(|state| state.me().map(|me| me.name.clone()).unwrap_or_default());
    let length = RwSignal::new(None::<usize>);
    let error = Signal::derive(move || match length.get() {
        Some(0) => td_string!(language.get(), session.name_missing).to_owned(),
        Some(_) => td_string!(language.get(), session.name_too_long, limit = USER_NAME_CHARS),
        None => String::new(),
    });
    let value = before.clone();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let name = written(name);
        let count = name.chars().count();
        let fits = (1..=USER_NAME_CHARS).contains(&count);
        length.set((!fits).then_some(count));
        if name == before {
            open.set(false);
        } else if fits {
            client.dispatch(Action::SetName(name));
        }
    };
    view! {
        <form class="body-form" on:submit=submit>
            <Field
                id="own-name"
                name="name"
                label=say!(language, session.name)
                placeholder=say!(language, session.placeholder)
                value=value
                error=error
                autocomplete="nickname"
                autofocus=true
                node_ref=name
            />
            {wait.end_of_form(About::Name, open, say!(language, room.save))}
        </form>
    }
}
