//! The dialog that makes a room.

use leptos::{ev::SubmitEvent, html, prelude::*};

use crate::{
    client::Client,
    protocol::limits::{ROOM_NAME_CHARS, TOPIC_CHARS},
    state::{Action, Deed},
    ui::{
        kit::{self, Dialog, Field, Kind, written},
        language::{Language, say, td_string},
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
    let wait = Wait::until(client, || vec![Deed::CreateRoom]).in_dialog(open);
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
    let name = NodeRef::<html::Input>::new();
    let topic = NodeRef::<html::Input>::new();
    let complaint = RwSignal::new(None::<Complaint>);

    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let name = written(name);
        let topic = written(topic);
        complaint.set(Complaint::about(&name, &topic));
        if complaint.with_untracked(Option::is_none) {
            client.dispatch(Action::CreateRoom { name, topic });
        }
    };
    let name_error = Signal::derive(move || match complaint.get() {
        Some(Complaint::NoName) => td_string!(language.get(), new_room.missing).to_owned(),
        Some(Complaint::LongName) => td_string!(language.get(), new_room.too_long, limit = ROOM_NAME_CHARS),
        _ => String::new(),
    });
    let topic_error = Signal::derive(move || match complaint.get() {
        Some(Complaint::LongTopic) => td_string!(language.get(), new_room.too_long, limit = TOPIC_CHARS),
        _ => String::new(),
    });

    view! {
        <form class="body-form" on:submit=submit>
            <Field
                id="new-room-name"
                name="name"
                label=say!(language, new_room.name)
                placeholder=say!(language, new_room.name_placeholder)
                error=name_error
                autofocus=true
                node_ref=name
            />
            <Field
                id="new-room-topic"
                name="topic"
                label=say!(language, new_room.topic)
                error=topic_error
                node_ref=topic
            />
            {wait.sentence(About::Text)}
            <div class="actions">
                {kit::button(Kind::Secondary, say!(language, room.cancel), move |_| open.set(false))}
                {wait.submit(say!(language, new_room.create))}
            </div>
        </form>
    }
}

/// What is wrong with a room's name or topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ui) enum Complaint {
    NoName,
    LongName,
    LongTopic,
}

impl Complaint {
    /// Looks at both, with the limits that the server has.
    pub(in crate::ui) fn about(name: &str, topic: &str) -> Option<Self> {
        if name.is_empty() {
            Some(Self::NoName)
        } else if name.chars().count() > ROOM_NAME_CHARS {
            Some(Self::LongName)
        } else if topic.chars().count() > TOPIC_CHARS {
            Some(Self::LongTopic)
        } else {
            None
        }
    }
}
