//! Who belongs to a room, and who of them is here.

mod panel;
mod person;
mod remove;

use leptos::prelude::*;

use super::{
    kit::{self, Icon},
    language::{Language, say},
    live::live,
};
use crate::{
    client::Client,
    protocol::{Role, RoomId, UserId},
    state::{Phase, Touched},
};
pub(super) use panel::Panel;
use person::{Seen, person};
use remove::RemoveDialog;

/// The people of a room: at the side, or, on a phone, a screen of its own.
#[component]
pub(super) fn Members(
    /// Which room.
    room: RoomId,
    /// Whether they are in view.
    panel: Panel,
) -> impl IntoView {
    let client: Client = expect_context();
    let language = Language::expect();
    let removing = RwSignal::new(None::<UserId>);
    // What was last heard says nothing once nothing is heard.
    let is_told = Memo::new(move |_| {
        client.with(Touched::Connection, |state| {
            matches!(state.connection().phase(), Phase::Live(_) | Phase::CatchingUp)
        })
    });
    let sorted = Memo::new(move |_| {
        let is_told = is_told.get();
        client.with(Touched::Presence, |_| ());
        client.with(Touched::Room(room), |state| {
            let members = state.members(room).into_iter().map(|member| member.user);
            members.partition::<Vec<_>, _>(|user| is_told && state.is_online(*user))
        })
    });
    let is_large = Memo::new(move |_| {
        client.with(Touched::Room(room), |state| {
            state.room(room).is_some_and(|entry| entry.room.large)
        })
    });
    let is_owner = Memo::new(move |_| {
        client.with(Touched::Rooms, |state| {
            state.room(room).is_some_and(|entry| entry.role >= Role::Owner)
        })
    });
    // Oneself is here, so if nobody seems to be, nothing is known: before the line stands, and while polling.
    let is_known = Memo::new(move |_| sorted.with(|(here, _)| !here.is_empty()));
    let part = move |is_here: bool| {
        let people = Memo::new(move |_| sorted.with(|(here, away)| if is_here { here.clone() } else { away.clone() }));
        let title = move || {
            if is_here {
                say!(language, members.here).get()
            } else {
                say!(language, members.away).get()
            }
        };
        view! {
            <h3 hidden=move || people.with(Vec::is_empty) || !is_known.get()>
                {live(title)} " " <span aria-hidden="true">{move || people.with(Vec::len).to_string()}</span>
            </h3>
            <ul>
                <For
                    each=move || people.get()
                    key=|user| *user
                    children=move |user| person(client, room, user, Seen { is_here, is_known }, is_owner, removing)
                />
            </ul>
        }
    };

    view! {
        <aside class="members" id="members" aria-label=say!(language, members.title)>
            <div class="bar">
                <h2>{say!(language, members.title)}</h2>
                {kit::icon_button(Icon::Close, say!(language, room.close), move |_| panel.close())}
            </div>
            <div class="people">
                {move || is_large.get().then(|| view! { <p class="lead">{say!(language, members.too_many)}</p> }.into_any())}
                {part(true)} {part(false)}
            </div>
        </aside>
        <RemoveDialog room=room removing=removing />
    }
}
