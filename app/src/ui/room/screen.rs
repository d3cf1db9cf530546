//! The screen at a room's address.

use leptos::prelude::*;

use super::{
    elsewhere::{Standing, loading, not_a_member, unknown},
    header::RoomHeader,
};
use crate::{
    client::Client,
    protocol::{Room, RoomId, Slug, UserId, limits::WATCHED_PEOPLE},
    state::{Action, Address, Touched},
    ui::{
        composer::Composer,
        connection::ConnectionLine,
        live::live,
        members::{Members, Panel},
        place::Place,
        timeline::{Missed, Timeline, View},
    },
};

/// What an address turned out to be.
#[derive(Clone, PartialEq)]
enum Found {
    Mine(RoomId),
    Joinable(Box<Room>, Standing),
    Nothing,
    Looking,
}

/// Finds the room of the address, and draws it anew whenever it is another one.
#[component]
pub(in crate::ui) fn RoomScreen(
    /// The address.
    place: Memo<Place>,
) -> impl IntoView {
    let client: Client = expect_context();
    Effect::new(move || {
        if let Some(slug) = place.with(|place| place.slug().cloned()) {
            client.dispatch(Action::OpenSlug(slug));
        }
    });
    let found = Memo::new(move |_| match place.get() {
        Place::Room(slug) => find(client, &slug),
        _ => Found::Looking,
    });
    let content = move || match found.get() {
        Found::Mine(room) => view! { <OpenRoom room=room /> }.into_any(),
        Found::Joinable(room, standing) => not_a_member(client, *room, standing).into_any(),
        Found::Nothing => unknown().into_any(),
        Found::Looking => loading().into_any(),
    };
    live(content)
}

fn find(client: Client, slug: &Slug) -> Found {
    client.with(Touched::Rooms, |state| {
        if let Some(entry) = state.room_by_slug(slug) {
            return Found::Mine(entry.room.id);
        }
        match state.address() {
            Address::NotAMember(room) if room.slug == *slug => {
                Found::Joinable(Box::new(room.clone()), Standing::Outside)
            }
            Address::Removed(room) if room.slug == *slug => Found::Joinable(Box::new(room.clone()), Standing::Removed),
            Address::NotFound(missing) if missing == slug => Found::Nothing,
            _ => Found::Looking,
        }
    })
}

/// A room of one's own.
#[component]
pub(in crate::ui) fn OpenRoom(
    /// Which.
    room: RoomId,
) -> impl IntoView {
    let client: Client = expect_context();
    let view = View::new(room);
    let panel = Panel::expect();
    watch_people(client, room);
    view! {
        <div class="room" data-members=move || panel.as_str()>
            <div class="talk">
                <RoomHeader room=room panel=panel />
                <ConnectionLine />
                <Missed view=view />
                <Timeline view=view />
                <Composer view=view />
            </div>
            <Members room=room panel=panel />
        </div>
    }
}

/// Says whose presence matters: that of the room's people, as many as one may watch.
fn watch_people(client: Client, room: RoomId) {
    let people = Memo::new(move |_| {
        client.with(Touched::Room(room), |state| {
            state
                .members(room)
                .into_iter()
                .map(|member| member.user)
                .take(WATCHED_PEOPLE)
                .collect::<Vec<UserId>>()
        })
    });
    Effect::new(move || client.dispatch(Action::ShowPeople(people.get())));
}
