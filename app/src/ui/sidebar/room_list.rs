//! The rooms, newest activity first.

use leptos::{ev, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};

use super::room_row::room_row;
use crate::{
    client::Client,
    state::Touched,
    ui::{
        kit::{self, Icon, Kind},
        language::{Language, say},
        place::{Place, room_path},
    },
};

/// The list, or a word on how to fill it.
#[component]
pub(super) fn RoomList(
    /// Where one is.
    place: Memo<Place>,
    /// Opens the dialog that finds rooms.
    is_browsing: RwSignal<bool>,
) -> impl IntoView {
    let client: Client = expect_context();
    let language = Language::expect();
    let rooms = Memo::new(move |_| {
        client.with(Touched::Rooms, |state| {
            state.rooms().into_iter().map(|entry| entry.room.id).collect::<Vec<_>>()
        })
    });
    follow_arrows(client, place);
    let is_known = Memo::new(move |_| client.with(Touched::Rooms, |state| state.me().is_some()));
    let empty = move || {
        let browse = kit::button(Kind::Secondary, say!(language, rooms.browse), move |_| {
            is_browsing.set(true)
        });
        kit::empty_state(
            Icon::Speech,
            say!(language, rooms.none),
            say!(language, rooms.none_lead),
            browse,
        )
    };
    view! {
        <ul>
            <For each=move || rooms.get() key=|room| *room children=move |room| room_row(client, room, place) />
        </ul>
        {move || (is_known.get() && rooms.with(Vec::is_empty)).then(empty)}
    }
}

/// Alt and an arrow lead to the room above or below the one that is open.
fn follow_arrows(client: Client, place: Memo<Place>) {
    let navigate = use_navigate();
    let pressed = window_event_listener(ev::keydown, move |event| {
        let is_alone = event.alt_key() && !event.ctrl_key() && !event.meta_key() && !event.shift_key();
        let step = match event.key().as_str() {
            "ArrowUp" if is_alone => -1,
            "ArrowDown" if is_alone => 1,
            _ => return,
        };
        let next = client.with_untracked(|state| {
            let rooms = state.rooms();
            let is_open = |slug| place.with_untracked(|place| place.slug() == Some(slug));
            let open = rooms.iter().position(|entry| is_open(&entry.room.slug))?;
            let next = rooms.get(open.checked_add_signed(step)?)?;
            Some(room_path(&next.room.slug))
        });
        if let Some(path) = next {
            event.prevent_default();
            navigate(&path, NavigateOptions::default());
        }
    });
    on_cleanup(move || pressed.remove());
}
