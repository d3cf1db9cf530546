//! The dialog that finds rooms to join.

use leptos::prelude::*;

use super::room_row::room_hue;
use crate::{
    client::Client,
    protocol::{Room, RoomId},
    state::{Action, Deed, Touched},
    ui::{
        focus::{focus, is_there, soon, write_next},
        kit::{self, Dialog, Field, Icon, Kind, Presence, Shape},
        language::{Language, say, td_string},
        live::live,
        pointer,
        wait::{About, Wait},
    },
};

/// More rooms than this are looked through by writing a part of what is wanted.
const MANY: usize = 7;
/// The box for that.
const SOUGHT: &str = "sought-room";

/// Lists the rooms that one may join. The client goes to the one that is joined.
#[component]
pub(super) fn Browse(
    /// Whether it is open.
    open: RwSignal<bool>,
    /// Opens the dialog that makes a room.
    is_making: RwSignal<bool>,
) -> impl IntoView {
    let client: Client = expect_context();
    let language = Language::expect();
    let is_usable = Memo::new(move |_| client.with(Touched::Connection, |state| state.connection().is_usable()));
    // Again when the line is back.
    Effect::new(move || {
        is_usable.track();
        if open.get() {
            client.dispatch(Action::BrowseRooms);
        }
    });
    let joining = RwSignal::new(None::<RoomId>);
    let deed = move || joining.get().map(Deed::Join);
    let wait = Wait::until(client, move || deed().into_iter().collect())
        .in_dialog(open)
        .when_done(write_next);
    let count = Memo::new(move |_| client.with(Touched::Joinable, |state| state.joinable().map_or(0, <[Room]>::len)));
    let is_found = Memo::new(move |_| count.get() > 0);
    Effect::new(move || {
        if open.get() && is_found.get() {
            soon(go_to_first);
        }
    });
    let sought = RwSignal::new(String::new());
    // They come page by page, and go one by one: the box stays while one writes in it.
    let is_many = Memo::new(move |before: Option<&bool>| open.get() && (before == Some(&true) || count.get() > MANY));
    Effect::new(move || {
        if !is_many.get() {
            sought.set(String::new());
        }
    });
    let search = move || {
        view! { <Field id=SOUGHT name=SOUGHT label=say!(language, browse.sought) told=sought.write_only() /> }
            .into_any()
    };
    let browsing = Wait::until(client, || vec![Deed::Browse]);
    view! {
        <Dialog
            open=open
            title=say!(language, browse.title)
            close=say!(language, room.close)
        >
            {browsing.sentence(About::Other)}
            {wait.sentence(About::Other)}
            {move || is_many.get().then(search)}
            {move || found(client, sought, joining, open, is_making)}
        </Dialog>
    }
}

/// The rooms come when the dialog is open already: whoever went nowhere meanwhile is led to the first.
fn go_to_first() {
    if is_there("dialog[open] header :focus") {
        // A finger that wants to write says so: the keyboard on the screen would cover the rooms.
        let is_box_found = !pointer::is_coarse() && focus(&format!("#{SOUGHT}"));
        if !is_box_found {
            focus(".room-choice button");
        }
    }
}

fn found(
    client: Client,
    sought: RwSignal<String>,
    joining: RwSignal<Option<RoomId>>,
    open: RwSignal<bool>,
    is_making: RwSignal<bool>,
) -> AnyView {
    let language = Language::expect();
    let rooms = client.with(Touched::Joinable, |state| state.joinable().map(<[Room]>::to_vec));
    match rooms {
        None => kit::skeleton_rows(say!(language, browse.loading).get()),
        Some(rooms) if rooms.is_empty() => {
            let make = move |_| {
                open.set(false);
                is_making.set(true);
            };
            let button = kit::button(Kind::Primary, say!(language, rooms.make), make);
            kit::empty_state(
                Icon::Speech,
                say!(language, browse.empty),
                say!(language, browse.empty_lead),
                button,
            )
        }
        Some(mut rooms) => {
            let sought = small(sought.get().trim());
            rooms.retain(|room| {
                [&room.name, &room.topic]
                    .iter()
                    .any(|text| small(text).contains(&sought))
            });
            let none = rooms.is_empty().then(|| say!(language, browse.none_such));
            view! {
                <ul>{rooms.into_iter().map(|room| choice(client, room, joining)).collect_view()}</ul>
                <p class="none-such" role="status">{none}</p>
            }
            .into_any()
        }
    }
}

/// In small letters. The browser has the tables for that; in the bundle they would be kilobytes.
fn small(text: &str) -> String {
    if cfg!(target_family = "wasm") {
        js_sys::JsString::from(text).to_lower_case().into()
    } else {
        text.to_lowercase()
    }
}

fn choice(client: Client, room: Room, joining: RwSignal<Option<RoomId>>) -> impl IntoView {
    let language = Language::expect();
    let Room { id, name, topic, .. } = room;
    let join = move |_| {
        joining.set(Some(id));
        client.dispatch(Action::JoinRoom(id));
    };
    let label = {
        let name = name.clone();
        move || format!("{}: {name}", td_string!(language.get(), browse.join))
    };
    view! {
        <li class="room-choice">
            {kit::avatar(&name, room_hue(id), Shape::Square, Presence::Unsaid)} <div class="about">
                <p class="name" dir="auto">
                    {name}
                </p>
                <p class="topic" dir="auto">
                    {topic}
                </p>
            </div>
            <button type="button" class="button secondary small" aria-label=live(label) on:click=join>
                {say!(language, browse.join)}
            </button>
        </li>
    }
}
