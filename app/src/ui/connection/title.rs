//! The page's title: what is new, where one is.

use leptos::prelude::*;

use crate::{
    client::handle::Client,
    state::{State, Touched},
    ui::{
        language::{Language, Locale, td_string},
        place::Place,
    },
};

/// `(3) General · Magpie`. The server writes the same.
pub fn page_title(state: &State, locale: Locale) -> String {
    let room = state
        .open_room()
        .and_then(|room| state.room(room))
        .map(|entry| entry.room.name.clone());
    title(state.total_unread(), room, locale)
}

/// Keeps the title up to date.
pub(in crate::ui) fn follow_title(client: Client, language: Language, place: Memo<Place>) {
    let wanted = Memo::new(move |_| {
        let (unread, room) = client.with(Touched::Rooms, |state| {
            let name = |place: &Place| Some(state.room_by_slug(place.slug()?)?.room.name.clone());
            (state.total_unread(), place.with(name))
        });
        title(unread, room, language.get())
    });
    Effect::new(move || document().set_title(&wanted.get()));
}

fn title(unread: u64, room: Option<String>, locale: Locale) -> String {
    let unread = if unread > 0 {
        format!("({unread}) ")
    } else {
        String::new()
    };
    let room = room.map(|name| format!("{name} · ")).unwrap_or_default();
    format!("{unread}{room}{}", td_string!(locale, app.name))
}
