//! The head of a room: name, topic, people, settings.

use leptos::prelude::*;

use super::{elsewhere::back, settings::Settings};
use crate::{
    client::Client,
    protocol::RoomId,
    state::Touched,
    ui::{
        kit::{self, Icon},
        language::{Language, say, say_count},
        live::live,
        members::Panel,
    },
};

/// What the head shows.
#[derive(Clone, PartialEq)]
struct Shown {
    name: String,
    topic: String,
    members: u64,
}

/// The head of a room.
#[component]
pub(super) fn RoomHeader(
    /// Which room.
    room: RoomId,
    /// Whether its people are in view.
    panel: Panel,
) -> impl IntoView {
    let client: Client = expect_context();
    let language = Language::expect();
    let is_setting = RwSignal::new(false);
    let shown = Memo::new(move |_| {
        client.with(Touched::Rooms, |_| ());
        client.with(Touched::Room(room), |state| {
            state.room(room).map(|entry| Shown {
                name: entry.room.name.clone(),
                topic: entry.room.topic.clone(),
                members: entry.room.members,
            })
        })
    });
    let count = move || shown.with(|shown| shown.as_ref().map_or(0, |shown| shown.members));
    let people = move || say_count!(language.get(), count(), room.people_single, people_many);

    view! {
        <header class="bar room-head">
            {back()} <div class="about">
                <h1 dir="auto" title=move || shown.with(|shown| shown.as_ref().map(|shown| shown.name.clone()))>{move || shown.with(|shown| shown.as_ref().map(|shown| shown.name.clone()))}</h1>
                <p class="topic" dir="auto" title=move || topic(shown)>
                    {move || topic(shown)}
                </p>
            </div>
            <button
                type="button"
                class="icon-button people-button"
                node_ref=panel.button
                aria-label=live(people)
                title=live(people)
                aria-expanded=move || panel.expanded()
                aria-controls="members"
                on:click=move |_| panel.toggle()
            >
                {kit::icon(Icon::People)}
                <span aria-hidden="true">{move || count().to_string()}</span>
            </button>
            {kit::icon_button(Icon::More, say!(language, room.settings), move |_| is_setting.set(true))}
        </header>
        <Settings room=room open=is_setting />
    }
}

fn topic(shown: Memo<Option<Shown>>) -> Option<String> {
    shown.with(|shown| shown.as_ref().map(|shown| shown.topic.clone()))
}
