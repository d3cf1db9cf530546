//! What stands where a room would: nothing chosen, nothing there, not a member, not there yet.

use leptos::{ev::SubmitEvent, prelude::*};

use crate::{
    client::Client,
    protocol::Room,
    state::{Action, Deed, State, Touched},
    ui::{
        focus::land_on,
        kit::{self, Icon, Kind},
        language::{Language, say, say_count},
        live::live,
        place::{ROOMS, room_path},
        wait::{About, Wait},
    },
};

/// What one can do where there is nothing else.
const WAY_ON: &str = ".empty-state .primary";

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
        <a class=kit::class(Kind::Primary) href=ROOMS>
            {say!(language, room.to_rooms)}
        </a>
    };
    Effect::new(|| land_on(WAY_ON));
    view! {
        {bare_bar(())}
        <h1 class="visually-hidden">{say!(language, room.unknown)}</h1>
        {kit::empty_state(Icon::Search, say!(language, room.unknown), say!(language, room.unknown_lead), home)}
    }
}

/// How one stands to a room that is open to all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// One has not joined it, or left it.
    Outside,
    /// One was in it until just now.
    Removed,
}

/// The room is open to all, and one is not in it.
pub(super) fn not_a_member(client: Client, room: Room, standing: Standing) -> impl IntoView {
    let language = Language::expect();
    let Room {
        id, slug, name, topic, ..
    } = room;
    // A form, so that it joins without JavaScript, too.
    let join = view! {
        <form
            method="post"
            action=format!("{}/join", room_path(&slug))
            on:submit=move |event: SubmitEvent| {
                event.prevent_default();
                client.dispatch(Action::JoinRoom(id));
            }
        >
            <button type="submit" class=kit::class(Kind::Primary)>
                {say!(language, room.join)}
            </button>
        </form>
    };
    let wait = Wait::until(client, move || vec![Deed::Join(id)]);
    let unsent = move || {
        let outbox = client.with(Touched::Timeline(id), State::outbox);
        let count = outbox.iter().filter(|pending| pending.room == id).count();
        (count > 0).then(|| {
            let words = move || say_count!(language.get(), count, room.unsent_single, unsent_many);
            view! { <br /> <span>{live(words)}</span> }.into_any()
        })
    };
    let actions = view! {
        {join}
        {wait.sentence(About::Other)}
    };
    let topic = (!topic.is_empty()).then(|| view! { <span dir="auto">{topic}</span> <br /> });
    let lead = view! {
        {topic}
        {match standing {
            Standing::Outside => say!(language, room.not_member_lead),
            Standing::Removed => say!(language, room.removed_lead),
        }}
        {live(unsent)}
    };
    Effect::new(|| land_on(WAY_ON));
    view! {
        {bare_bar(name.clone())}
        {kit::empty_state(Icon::Speech, view! { <span dir="auto">{name}</span> }, lead, actions)}
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
        <a class="icon-button back" href=ROOMS aria-label=say!(language, room.back)>
            {kit::icon(Icon::Back)}
        </a>
    }
}
