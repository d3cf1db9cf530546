//! What people do all day.

use app::{
    protocol::{Message, Role, RoomId},
    state::{Action, State},
};
use rand::{
    Rng as _,
    rngs::StdRng,
    seq::{IndexedRandom as _, IteratorRandom as _},
};

use crate::harness::fresh_id;

/// Something that somebody in this state may do.
pub fn action(state: &State, chance: &mut StdRng) -> Option<Action> {
    let rooms: Vec<RoomId> = state.rooms().iter().map(|entry| entry.room.id).collect();
    let room = *rooms.choose(chance)?;
    let open = state.open_room().unwrap_or(room);
    Some(match chance.random_range(0..100) {
        0..50 => Action::Post {
            room: open,
            client_message_id: fresh_id(),
            body: text(chance),
        },
        50..58 => Action::EditMessage(open, any_message(state, open, chance)?.number, text(chance)),
        58..63 => Action::DeleteMessage(open, any_message(state, open, chance)?.number),
        63..72 => Action::Read(open, state.timeline(open)?.newest()?),
        72..80 => Action::OpenRoom(room),
        80..83 => Action::LoadOlder(open),
        83..85 => Action::Type(open),
        85..87 if rooms.len() < 6 => Action::CreateRoom {
            name: text(chance),
            topic: text(chance),
        },
        87..90 => Action::RenameRoom(room, text(chance)),
        90..92 => Action::SetTopic(room, text(chance)),
        92 => Action::LeaveRoom(room),
        93..95 => Action::BrowseRooms,
        95..98 => Action::JoinRoom(state.joinable()?.choose(chance)?.id),
        98 if state.room(room).is_some_and(|entry| entry.role == Role::Owner) => {
            Action::RemoveMember(room, state.members(room).into_iter().choose(chance)?.user)
        }
        _ => Action::DismissNotice,
    })
}

fn text(chance: &mut StdRng) -> String {
    format!("text {}", chance.random::<u32>())
}

fn any_message<'a>(state: &'a State, room: RoomId, chance: &mut StdRng) -> Option<&'a Message> {
    state.timeline(room)?.messages().choose(chance)
}
