//! The page's title: what is new, where one is.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::{
    client::Client,
    state::Touched,
    ui::{
        language::{Language, td_string},
        place::Place,
    },
};

/// `(3) General · Magpie`.
#[component]
pub(in crate::ui) fn PageTitle(
    /// Where one is.
    place: Memo<Place>,
) -> impl IntoView {
    let client: Client = expect_context();
    let language = Language::expect();
    let wanted = Memo::new(move |_| {
        let (unread, room) = client.with(Touched::Rooms, |state| {
            let name = |place: &Place| Some(state.room_by_slug(place.slug()?)?.room.name.clone());
            (state.total_unread(), place.with(name))
        });
        let unread = if unread > 0 {
            format!("({unread}) ")
        } else {
            String::new()
        };
        let room = room.map(|name| format!("{name} · ")).unwrap_or_default();
        format!("{unread}{room}{}", td_string!(language.get(), app.name))
    });
    view! { <Title text=move || wanted.get() /> }
}
