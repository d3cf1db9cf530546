//! The dialog that makes a room.

use leptos::{ev::SubmitEvent, prelude::*};

use crate::{
    client::Client,
    state::{Action, Deed},
    ui::{
        focus::write_next,
        kit::Dialog,
        language::{Language, say},
        name_and_topic::NameAndTopic,
        wait::{About, Wait},
    },
};

/// Asks for a name and a topic. The client goes to the room when it is made.
#[component]
pub(super) fn NewRoom(
    /// Whether it is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    let client: Client = expect_context();
    let language = Language::expect();
    let wait = Wait::until(client, || vec![Deed::CreateRoom])
        .in_dialog(open)
        .when_done(write_next);
    view! {
        <Dialog
            open=open
            title=say!(language, new_room.title)
            close=say!(language, room.close)
        >
            {form(client, wait, open)}
        </Dialog>
    }
}

fn form(client: Client, wait: Wait, open: RwSignal<bool>) -> impl IntoView {
    let language = Language::expect();
    let boxes = NameAndTopic::new();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if let Some((name, topic)) = boxes.written() {
            client.dispatch(Action::CreateRoom { name, topic });
        }
    };
    view! {
        <form class="body-form" on:submit=submit>
            {boxes.fields(["new-room-name", "new-room-topic"], Default::default())}
            {wait.end_of_form(About::Text, open, say!(language, new_room.create))}
        </form>
    }
}
