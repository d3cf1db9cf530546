//! What somebody sees who comes new, and how a client differs from it.

use std::collections::{BTreeMap, HashMap};

use app::{
    protocol::{
        Command, FeedSnapshot, Hello, ListedRoom, Message, Reply, RoomId, RoomSnapshot, ServerFrame, Snapshot, VERSION,
        http::Poll,
    },
    state::{RoomEntry, State},
};
use reqwest::Method;

use super::driver::{Shared, is_under_way};
use crate::harness::{Person, TestServer};

/// In what a client's state is not what the server would tell a fresh one. Empty when nothing is left to be sent, and all is equal.
pub async fn differences(person: &Person, state: &State) -> Vec<String> {
    let mut differ = Vec::new();
    let (_, fresh) = person.calls(Method::GET, "/api/v1/snapshot", None).await;
    let fresh: Snapshot = serde_json::from_value(fresh).expect("a snapshot");
    let waiting = state.outbox().iter().filter(|pending| is_under_way(pending)).count();
    if waiting > 0 {
        differ.push(format!("{waiting} messages are still to be sent"));
    }
    let listed: BTreeMap<RoomId, &ListedRoom> = fresh.user.rooms.iter().map(|row| (row.room.id, row)).collect();
    let held: BTreeMap<RoomId, &RoomEntry> = state.rooms().into_iter().map(|entry| (entry.room.id, entry)).collect();
    if listed.keys().ne(held.keys()) {
        differ.push(format!("lists {:?} instead of {:?}", held.keys(), listed.keys()));
        return differ;
    }
    for (room, row) in listed {
        let entry = held[&room];
        let badge = (entry.posts, entry.last_posted_at, entry.unread(), entry.role);
        let fresh_badge = (row.posts, row.last_posted_at, row.posts.0 - row.read.0, row.role);
        if badge != fresh_badge {
            differ.push(format!("room {room} counts {badge:?} instead of {fresh_badge:?}"));
        }
        if state.timeline(room).is_some() {
            compare_room(person, state, entry, row, &mut differ).await;
        }
    }
    differ
}

async fn compare_room(person: &Person, state: &State, entry: &RoomEntry, row: &ListedRoom, differ: &mut Vec<String>) {
    let room = entry.room.id;
    if entry.room != row.room {
        differ.push(format!("room {room} is {:?} instead of {:?}", entry.room, row.room));
    }
    let Some(timeline) = state.timeline(room).filter(|timeline| !timeline.is_loading()) else {
        // What was refused keeps its place in a room that is not looked at.
        let only_refused = state.outbox().iter().any(|pending| pending.room == room);
        if !only_refused || state.open_room() == Some(room) {
            differ.push(format!("room {room} is still loading"));
        }
        return;
    };
    let Some(snapshot) = fresh_room(person, room).await else {
        differ.push(format!("room {room} could not be read"));
        return;
    };
    let mut members = snapshot.members;
    members.sort_by_key(|member| (std::cmp::Reverse(member.role), member.joined_at, member.user));
    let held: Vec<_> = state.members(room).into_iter().cloned().collect();
    if held != members {
        differ.push(format!("room {room} has {held:?} instead of {members:?}"));
    }
    let all = person.history(room).await;
    let held: Vec<Message> = timeline.messages().cloned().collect();
    let newest = &all[all.len().saturating_sub(held.len())..];
    if held != newest {
        let first = held.iter().zip(newest).find(|(held, fresh)| held != fresh);
        differ.push(format!(
            "room {room} shows {} messages, the first that differs: {first:?}",
            held.len()
        ));
    }
    if held.is_empty() && !all.is_empty() {
        differ.push(format!("room {room} looks empty"));
    }
}

/// The room as a fresh reader is told of it.
async fn fresh_room(person: &Person, room: RoomId) -> Option<RoomSnapshot> {
    let hello = Hello {
        protocol: VERSION,
        watch: [(room, None)].into(),
        ..Hello::default()
    };
    let polled = person.polls_with(&Poll { hello, wait: 0 }).await;
    polled.frames.into_iter().find_map(|frame| match frame {
        ServerFrame::Gap {
            snapshot: FeedSnapshot::Room(snapshot),
            ..
        } => Some(snapshot),
        _ => None,
    })
}

/// Everything that was posted is there once, or its author was told why not.
pub async fn posts_are_there_once(server: &TestServer, clients: impl Iterator<Item = &Shared>) -> Vec<String> {
    let witness = server.stranger("witness").await;
    witness.connects().await;
    let mut found: HashMap<String, usize> = HashMap::new();
    let Ok(Reply::Rooms { rooms, more: false }) = witness.asks(Command::ListRooms { after: None }).await else {
        panic!("expected the rooms");
    };
    for room in rooms {
        witness
            .asks(Command::JoinRoom { room: room.id })
            .await
            .expect("may join");
        for message in witness.history(room.id).await {
            *found.entry(message.client_message_id.0).or_default() += 1;
        }
    }
    let mut wrong = Vec::new();
    for client in clients {
        let failed: Vec<_> = client
            .state()
            .outbox()
            .into_iter()
            .map(|pending| pending.client_message_id)
            .collect();
        for (room, id) in client.posted.lock().unwrap().iter() {
            let times = found.get(&id.0).copied().unwrap_or_default();
            // Stored, and refused at a retry because its author was removed meanwhile: then it is both.
            if times > 1 || (times == 0 && !failed.contains(id)) {
                wrong.push(format!(
                    "{id} in room {room}: there {times} times, {} in the outbox",
                    failed.contains(id)
                ));
            }
        }
    }
    wrong
}
