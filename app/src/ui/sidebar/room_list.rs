//! The rooms, newest activity first.

use leptos::prelude::*;

use super::room_row::room_row;
use crate::{
    client::Client,
    state::Touched,
    ui::{
        kit::{self, Icon, Kind},
        language::{Language, say},
        place::Place,
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
