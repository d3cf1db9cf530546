//! One's rooms, the ways to more of them, and oneself.

mod browse;
mod me;
mod new_room;
mod own_name;
mod room_list;
mod room_row;
mod sign_out;

use leptos::prelude::*;

use super::{
    connection::ConnectionLine,
    kit::{self, Icon},
    language::{Language, say},
    live::live,
    place::Place,
};
use browse::Browse;
use me::Me;
use new_room::NewRoom;
use room_list::RoomList;

pub(super) use room_row::room_hue;

/// The side of the page.
#[component]
pub(super) fn Sidebar(
    /// Where one is.
    place: Memo<Place>,
) -> impl IntoView {
    let language = Language::expect();
    let is_browsing = RwSignal::new(false);
    let is_making = RwSignal::new(false);
    // A page has one first heading: the room's name when there is one, else the program's.
    let brand = move || {
        let content = view! { <img class="mark" src="/favicon.svg" alt="" width="26" height="26" /> <span>{say!(language, app.name)}</span> };
        match place.with(|place| place.slug().is_some()) {
            true => view! { <p class="brand">{content}</p> }.into_any(),
            false => view! { <h1 class="brand">{content}</h1> }.into_any(),
        }
    };

    view! {
        <div class="side">
            <div class="bar">
                {live(brand)} {kit::icon_button(Icon::Search, say!(language, rooms.browse), move |_| is_browsing.set(true))}
                {kit::icon_button(Icon::Plus, say!(language, rooms.make), move |_| is_making.set(true))}
            </div>
            <ConnectionLine />
            <nav class="rooms" aria-label=say!(language, rooms.title)>
                <RoomList place=place is_browsing=is_browsing />
            </nav>
            <Me />
        </div>
        <Browse open=is_browsing is_making=is_making />
        <NewRoom open=is_making />
    }
}
