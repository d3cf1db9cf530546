//! The way back down: to what is unread, and to the newest message.

use leptos::prelude::*;

use super::view::{Destination, View};
use crate::{
    client::Client,
    state::Touched,
    ui::{
        kit::{self, Icon},
        language::{Language, say_count, td_string},
        live::live,
    },
};

/// A button that says how much is new below, while the newest message is out of sight.
#[component]
pub(in crate::ui) fn Jump(
    /// The room.
    view: View,
) -> impl IntoView {
    let client: Client = expect_context();
    let language = Language::expect();
    let unread = Memo::new(move |_| client.with(Touched::Rooms, |state| state.unread(view.room)));
    let words = move || match unread.get() {
        0 => td_string!(language.get(), timeline.jump).to_owned(),
        count => say_count!(language.get(), count, timeline.jump_single, jump_many),
    };
    let button = move || {
        view! {
            <button type="button" class="button jump" on:click=move |_| view.go_to(Destination::Down)>
                {kit::icon(Icon::ArrowDown)}
                {live(words)}
            </button>
        }
        .into_any()
    };
    live(move || (!view.at_newest.get()).then(button))
}
