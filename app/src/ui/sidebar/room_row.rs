//! One room in the list.

use leptos::prelude::*;

use crate::{
    client::Client,
    protocol::{RoomId, Slug, Timestamp},
    state::Touched,
    ui::{
        kit::{self, Presence, Shape, Style},
        language::{Language, say_count},
        live::live,
        place::{Place, room_path},
    },
};

/// What a row shows.
#[derive(Clone, PartialEq)]
struct Shown {
    slug: Slug,
    name: String,
    unread: u64,
    last_posted_at: Option<Timestamp>,
}

/// The tint of a room's square.
pub(in crate::ui) fn room_hue(room: RoomId) -> u16 {
    // Not that of the person whose id is the same.
    kit::hue(room.0 + 3)
}

/// Draws one room: its name, when something last was in it, and how much of that is new.
pub(super) fn room_row(client: Client, room: RoomId, place: Memo<Place>) -> impl IntoView {
    let language = Language::expect();
    let shown = Memo::new(move |_| {
        client.with(Touched::Rooms, |state| {
            state.room(room).map(|entry| Shown {
                slug: entry.room.slug.clone(),
                name: entry.room.name.clone(),
                unread: entry.unread(),
                last_posted_at: entry.last_posted_at,
            })
        })
    });
    let draw = move |shown: Shown| {
        let Shown {
            slug,
            name,
            unread,
            last_posted_at,
        } = shown;
        let href = room_path(&slug);
        let title = name.clone();
        let is_current = move || place.with(|place| place.slug() == Some(&slug)).then_some("page");
        let badge = move || {
            (unread > 0).then(|| {
                let meaning = say_count!(language.get(), unread, rooms.unread_single, unread_many);
                kit::badge(unread, meaning)
            })
        };
        let time = last_posted_at.map(|at| kit::time(at, Style::Ago));
        view! {
            <a class="room-link" class:unread=move || { unread > 0 } href=href aria-current=live(is_current)>
                {kit::avatar(&name, room_hue(room), Shape::Square, Presence::Unsaid)}
                <span class="name" dir="auto" title=title>
                    {name}
                </span>
                {time}
                {live(badge)}
            </a>
        }
        .into_any()
    };
    view! { <li>{move || shown.get().map(draw)}</li> }
}
