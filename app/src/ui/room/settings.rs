//! The dialog about a room: what it is about, for owners to change; everyone may leave it.

use leptos::{ev::SubmitEvent, prelude::*};

use super::leave::Leave;
use crate::{
    client::Client,
    protocol::{Role, RoomId},
    state::{Action, Deed, Touched},
    ui::{
        kit::{self, Dialog, Kind},
        language::{Language, say},
        name_and_topic::NameAndTopic,
        wait::{About, Wait},
    },
};

/// The settings of a room.
#[component]
pub(super) fn Settings(
    /// Which room.
    room: RoomId,
    /// Whether it is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    let client: Client = expect_context();
    let language = Language::expect();
    let is_owner = Memo::new(move |_| {
        client.with(Touched::Rooms, |state| {
            state.room(room).is_some_and(|entry| entry.role >= Role::Owner)
        })
    });
    let naming_wait = Wait::until(client, move || vec![Deed::Rename(room), Deed::SetTopic(room)]).in_dialog(open);
    let is_leaving = RwSignal::new(false);
    let leave = move |_| {
        open.set(false);
        is_leaving.set(true);
    };
    view! {
        <Dialog
            open=open
            title=say!(language, room.settings)
            close=say!(language, room.close)
        >
            {move || {
                if is_owner.get() {
                    naming(client, room, naming_wait, open).into_any()
                } else {
                    about(client, room).into_any()
                }
            }}
            <div class="leaving">{kit::button(Kind::Secondary, say!(language, room.leave), leave)}</div>
        </Dialog>
        <Leave room=room open=is_leaving />
    }
}

/// Name and topic in full, for everyone else: the head of the room may have cut them.
fn about(client: Client, room: RoomId) -> impl IntoView {
    let (name, topic) = client.with(Touched::Rooms, |state| {
        state
            .room(room)
            .map(|entry| (entry.room.name.clone(), entry.room.topic.clone()))
            .unwrap_or_default()
    });
    view! {
        <div class="about-room">
            <h3 dir="auto">{name}</h3>
            <p dir="auto">{topic}</p>
        </div>
    }
}

/// Name and topic, for owners. Only what was changed is sent.
fn naming(client: Client, room: RoomId, wait: Wait, open: RwSignal<bool>) -> impl IntoView {
    let language = Language::expect();
    let boxes = NameAndTopic::new();
    let before = client.with_untracked(|state| {
        state
            .room(room)
            .map(|entry| (entry.room.name.clone(), entry.room.topic.clone()))
            .unwrap_or_default()
    });
    let standing = before.clone();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let Some((name, topic)) = boxes.written() else { return };
        if name == before.0 && topic == before.1 {
            open.set(false);
        }
        if name != before.0 {
            client.dispatch(Action::RenameRoom(room, name));
        }
        if topic != before.1 {
            client.dispatch(Action::SetTopic(room, topic));
        }
    };
    view! {
        <form class="body-form" on:submit=submit>
            {boxes.fields(["room-name", "room-topic"], standing)}
            {wait.end_of_form(About::Text, open, say!(language, room.save))}
        </form>
    }
}
