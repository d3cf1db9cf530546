//! Where a room's history begins.

use leptos::prelude::*;

use crate::{
    client::Client,
    protocol::RoomId,
    state::Touched,
    ui::{
        kit::{self, Presence, Shape},
        language::{Language, say, td_string},
        live::live,
        sidebar::room_hue,
    },
};

/// Draws the room's name and topic above its first message, or in place of it.
pub(super) fn beginning(client: Client, room: RoomId, is_empty: bool) -> impl IntoView {
    let language = Language::expect();
    let about = Memo::new(move |_| {
        client.with(Touched::Rooms, |_| ());
        client.with(Touched::Room(room), |state| {
            state
                .room(room)
                .map(|entry| (entry.room.name.clone(), entry.room.topic.clone()))
                .unwrap_or_default()
        })
    });
    let name = move || about.with(|(name, _)| name.clone());
    let lead = move || {
        let topic = about.with(|(_, topic)| topic.clone());
        if topic.is_empty() {
            td_string!(language.get(), timeline.beginning, room = name())
        } else {
            topic
        }
    };
    view! {
        <div class="beginning">
            {move || kit::avatar(&name(), room_hue(room), Shape::Square, Presence::Unsaid)} <h2 dir="auto">{live(name)}</h2>
            <p dir="auto">{live(lead)}</p> {is_empty.then(|| view! { <p>{say!(language, timeline.beginning_lead)}</p> })}
        </div>
    }
}
