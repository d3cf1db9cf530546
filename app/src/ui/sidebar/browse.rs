//! The dialog that finds rooms to join.

use leptos::prelude::*;

use super::room_row::room_hue;
use crate::{
    client::Client,
    protocol::Room,
    state::{Action, Touched},
    ui::{
        kit::{self, Dialog, Icon, Kind, Presence, Shape},
        language::{Language, say, td_string},
        live::live,
    },
};

/// Lists the rooms that one may join. The client goes to the one that is joined.
#[component]
pub(super) fn Browse(
    /// Whether it is open.
    open: RwSignal<bool>,
    /// Opens the dialog that makes a room.
    is_making: RwSignal<bool>,
) -> impl IntoView {
    let client: Client = expect_context();
    let language = Language::expect();
    Effect::new(move || {
        if open.get() {
            client.dispatch(Action::BrowseRooms);
        }
    });
    view! {
        <Dialog
            open=open
            title=say!(language, browse.title)
            close=say!(language, room.close)
        >
            {move || found(client, open, is_making)}
        </Dialog>
    }
}

fn found(client: Client, open: RwSignal<bool>, is_making: RwSignal<bool>) -> AnyView {
    let language = Language::expect();
    let rooms = client.with(Touched::Notice, |state| state.joinable().map(<[Room]>::to_vec));
    match rooms {
        None => kit::skeleton_rows(say!(language, browse.loading).get()),
        Some(rooms) if rooms.is_empty() => {
            let make = move |_| {
                open.set(false);
                is_making.set(true);
            };
            let button = kit::button(Kind::Primary, say!(language, rooms.make), make);
            kit::empty_state(
                Icon::Speech,
                say!(language, browse.empty),
                say!(language, browse.empty_lead),
                button,
            )
        }
        Some(rooms) => {
            view! { <ul>{rooms.into_iter().map(|room| choice(client, room, open)).collect_view()}</ul> }.into_any()
        }
    }
}

fn choice(client: Client, room: Room, open: RwSignal<bool>) -> impl IntoView {
    let language = Language::expect();
    let Room { id, name, topic, .. } = room;
    let join = move |_| {
        client.dispatch(Action::JoinRoom(id));
        open.set(false);
    };
    let label = {
        let name = name.clone();
        move || format!("{}: {name}", td_string!(language.get(), browse.join))
    };
    view! {
        <li class="room-choice">
            {kit::avatar(&name, room_hue(id), Shape::Square, Presence::Unsaid)} <div class="about">
                <p class="name" dir="auto">
                    {name}
                </p>
                <p class="topic" dir="auto">
                    {topic}
                </p>
            </div>
            <button type="button" class="button secondary small" aria-label=live(label) on:click=join>
                {say!(language, browse.join)}
            </button>
        </li>
    }
}
