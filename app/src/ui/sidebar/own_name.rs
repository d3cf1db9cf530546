//! The dialog that changes one's own name.

use leptos::{ev::SubmitEvent, prelude::*};

use crate::{
    client::Client,
    protocol::{TextFault, text},
    state::{Action, Deed},
    ui::{
        checked_line::{CheckedLine, Looks, read_all},
        kit::Dialog,
        language::{Language, Locale, say, td_string},
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
    let line = CheckedLine::new(text::user_name);
    let before = client.with_untracked(|state| state.me().map(|me| me.name.clone()).unwrap_or_default());
    let looks = Looks {
        id: "own-name",
        name: "name",
        label: say!(language, session.name),
        placeholder: say!(language, session.placeholder),
        autocomplete: "nickname",
        autofocus: true,
        before: before.clone(),
        words,
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        match read_all([line]) {
            Some([name]) if name == before => open.set(false),
            Some([name]) => client.dispatch(Action::SetName(name)),
            None => {}
        }
    };
    view! {
        <form class="body-form" on:submit=submit>
            {line.field(looks)}
            {wait.end_of_form(About::Text, open, say!(language, room.save))}
        </form>
    }
}

fn words(locale: Locale, fault: TextFault) -> String {
    match fault {
        TextFault::Empty => td_string!(locale, session.name_missing).to_owned(),
        TextFault::TooLong { limit } => td_string!(locale, session.name_too_long, limit = limit),
        TextFault::Unfit => td_string!(locale, session.name_unfit).to_owned(),
    }
}
