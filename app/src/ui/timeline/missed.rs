//! What was said since one was last here, when it is more than is in sight.

use leptos::prelude::*;

use super::view::{Destination, View};
use crate::{
    client::Client,
    state::{Action, Missed as Shown, Touched},
    ui::{
        kit::{self, Icon, Kind},
        language::{Language, say, td_string},
        live::live,
        reader::Reader,
    },
};

/// The way up to where one stopped reading. Until it is gone, or one says that it is of no interest, nothing counts as read.
#[component]
pub(in crate::ui) fn Missed(
    /// The room.
    view: View,
) -> impl IntoView {
    let client: Client = expect_context();
    let language = Language::expect();
    let reader = Reader::expect();
    let missed = Memo::new(move |_| {
        client.with(Touched::Rooms, |_| ());
        client.with(Touched::Timeline(view.room), |state| state.missed(view.room))
    });
    let is_there = Memo::new(move |_| missed.with(Option::is_some));
    let words = move || match missed.get() {
        None => String::new(),
        Some(Shown { count, since: None }) => td_string!(language.get(), timeline.jump_many, count = count),
        Some(Shown { count, since: Some(at) }) => {
            td_string!(
                language.get(),
                timeline.missed_since,
                count = count,
                time = reader.moment(at)
            )
        }
    };
    let mark = move |_| {
        let newest = client.with_untracked(|state| state.timeline(view.room)?.newest());
        if let Some(newest) = newest {
            client.dispatch(Action::Read(view.room, newest));
        }
    };
    let pill = move || {
        view! {
            <div class="missed">
                <button type="button" class="button" on:click=move |_| view.go_to(Destination::FirstNew)>
                    {live(words)}
                    {kit::icon(Icon::ArrowUp)}
                </button>
                {kit::button(Kind::Plain, say!(language, timeline.mark_read), mark)}
            </div>
        }
        .into_any()
    };
    live(move || is_there.get().then(pill))
}
