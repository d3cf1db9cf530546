//! The frame: rooms at the side, a room in the middle. On a phone one of them at a time, by the address.

use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate};

use super::{
    composer::{Drafts, MESSAGE_BOX},
    connection::{Mark, PageTitle, PlainTitle},
    focus::focus,
    kit::{self, Icon, Kind},
    language::{Language, say},
    live::live,
    members::Panel,
    notice::Notice,
    place::{Place, room_path},
    room::{Lobby, RoomScreen},
    sidebar::Sidebar,
    timeline::Places,
};
use crate::client::Client;

/// The frame around the screens of those who are signed in.
#[component]
pub(super) fn Shell(
    /// Which room is shown, if any.
    place: Memo<Place>,
) -> impl IntoView {
    let client: Client = expect_context();
    let language = Language::expect();
    Drafts::provide();
    Places::provide();
    Panel::provide();
    follow_destination(client);

    let in_room = Memo::new(move |_| place.with(|place| place.slug().is_some()));
    let screen = move || if in_room.get() { "room" } else { "rooms" };
    let content = move || {
        if in_room.get() {
            view! { <RoomScreen place=place /> }.into_any()
        } else {
            view! { <Lobby /> }.into_any()
        }
    };
    let mark = Mark::of(client);
    view! {
        <PageTitle place=place />
        {skip_link("main", say!(language, app.skip))}
        {live(move || in_room.get().then(|| skip_link(MESSAGE_BOX, say!(language, app.skip_to_box))))}
        <div class="shell" data-screen=live(screen) data-connection=move || mark.get().as_str()>
            <Sidebar place=place />
            <main class="main" id="main" tabindex="-1">
                {live(content)}
            </main>
        </div>
        <Notice />
    }
}

/// Leads the keyboard past everything before this element. Where scripts run, the address stays as it is.
fn skip_link(id: &'static str, words: Signal<String>) -> AnyView {
    let skip = move |event: leptos::ev::MouseEvent| {
        if focus(&format!("#{id}")) {
            event.prevent_default();
        }
    };
    view! {
        <a class="skip-link" href=format!("#{id}") on:click=skip>
            {words}
        </a>
    }
    .into_any()
}

/// Goes where the state wants to be: to a room that was just made or joined.
fn follow_destination(client: Client) {
    let navigate = use_navigate();
    Effect::new(move || {
        if let Some(slug) = client.destination() {
            navigate(&room_path(&slug), NavigateOptions::default());
        }
    });
}

/// An address that leads nowhere.
#[component]
pub(super) fn Lost() -> impl IntoView {
    let language = Language::expect();
    let home = view! {
        <a class=kit::class(Kind::Primary) href="/">
            {say!(language, room.to_rooms)}
        </a>
    };
    view! {
        <PlainTitle />
        <main class="door">
            {kit::empty_state(Icon::Search, say!(language, app.lost), say!(language, app.lost_lead), home)}
        </main>
    }
}
