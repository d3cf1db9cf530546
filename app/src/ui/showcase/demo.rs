//! A room full of invented talk, to look at without a server.

use leptos::prelude::*;
use leptos_meta::Title;

use super::story;
use crate::{
    client::Client,
    protocol::Slug,
    ui::{
        composer::Drafts, members::Panel, notice::Notice, place::Place, room::OpenRoom, sidebar::Sidebar,
        timeline::Places,
    },
};

/// The frame with a room in it, as those see it who are signed in.
#[component]
pub(in crate::ui) fn Demo() -> impl IntoView {
    let state = story::state();
    let room = state.open_room().expect("the story opens a room");
    provide_context(Client::new(state));
    Drafts::provide();
    Places::provide();
    Panel::provide();
    let place = Memo::new(|_| Place::Room(Slug("general".to_owned())));
    view! {
        <Title text="Demo · Magpie" />
        <div class="shell" data-screen="room">
            <Sidebar place=place />
            <main class="main" id="main" tabindex="-1">
                <OpenRoom room=room />
            </main>
        </div>
        <Notice />
    }
}
