//! What stands where a room would: nothing chosen, nothing there, not a member, not there yet.

use leptos::prelude::*;

use crate::{
    client::Client,
    protocol::Room,
    state::Action,
    ui::{
        kit::{self, Icon, Kind},
        language::{Language, say},
    },
};

/// No room is chosen.
#[component]
pub(in crate::ui) fn Lobby() -> impl IntoView {
    let language = Language::expect();
    kit::empty_state(
        Icon::Speech,
        say!(language, rooms.pick),
        say!(language, rooms.pick_lead),
        (),
    )
}

/// No room has this address.
pub(super) fn unknown() -> impl IntoView {
    let language = Language::expect();
    let home = view! {
        <a class=kit::class(Kind::Primary) href="/">
            {say!(language, room.to_rooms)}
        </a>
    };
    view! {
        {bare_bar(())}
        <h1 class="visually-hidden">{say!(language, room.unknown)}</h1>
        {kit::empty_state(Icon::Search, say!(language, room.unknown), say!(language, room.unknown_lead), home)}
    }
}

/// The room is open to all, and one has not joined it.
pub(super) fn not_a_member(client: Client, room: Room) -> impl IntoView {
    let language = Language::expect();
    let Room { id, name, topic, .. } = room;
    let join = kit::button(Kind::Primary, say!(language, room.join), move |_| {
        client.dispatch(Action::JoinRoom(id))
    });
    let topic = (!topic.is_empty()).then(|| view! { <span dir="auto">{topic}</span> <br /> });
    let lead = view! {
        {topic}
        {say!(language, room.not_member_lead)}
    };
    view! {
        {bare_bar(name.clone())}
        {kit::empty_state(Icon::Speech, view! { <span dir="auto">{name}</span> }, lead, join)}
    }
}

/// The room is on its way.
pub(super) fn loading() -> impl IntoView {
    let language = Language::expect();
    view! {
        {bare_bar(kit::skeleton("short"))}
        <div class="timeline">
            <div class="history">{move || kit::skeleton_rows(say!(language, room.loading).get())}</div>
        </div>
    }
}

/// A head with nothing but the way back.
fn bare_bar(title: impl IntoView) -> impl IntoView {
    view! {
        <header class="bar room-head">
            {back()} <div class="about">
                <h1 dir="auto">{title}</h1>
            </div>
        </header>
    }
}

/// The way back to the list, on a phone.
pub(super) fn back() -> impl IntoView {
    let language = Language::expect();
    view! {
        <a class="icon-button back" href="/" aria-label=say!(language, room.back)>
            {kit::icon(Icon::Back)}
        </a>
    }
}
