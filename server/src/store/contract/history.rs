//! Random histories: whoever follows the changes ends where whoever reads anew begins.

use std::collections::BTreeMap;

use app::protocol::{FeedId, FeedSnapshot, Item, ListedRoom, Member, Message, Number, Room, RoomId, Seq, User, UserId};
use rand::{Rng, SeedableRng, rngs::StdRng};

use super::stage::{NOW, Stage, member};
use crate::store::{CatchUp, Committed, MessageEdit, RoomEdit};

/// Histories are the same at every run; another seed is another history.
const SEEDS: [u64; 4] = [1, 2, 3, 4];
const DEEDS: usize = 150;

/// Does something at random, whether it is allowed or not, and returns what it changed.
async fn deed(stage: &Stage, chance: &mut StdRng, people: &mut Vec<User>, rooms: &mut Vec<RoomId>) -> Committed<()> {
    let user = people[chance.random_range(0..people.len())].clone();
    let room = rooms[chance.random_range(0..rooms.len())];
    let standing = member(&user, room);
    let number = Number(chance.random_range(0..20));
    let text = format!("text {}", chance.random_range(0..3));
    let store = &stage.store;
    let changes = match chance.random_range(0..20) {
        0 => {
            let signed_up = stage.sign_up(&text).await;
            people.push(signed_up.value);
            Ok(signed_up.changes)
        }
        1 => {
            let created = stage.create(&user, "room").await;
            rooms.push(created.value.id);
            Ok(created.changes)
        }
        2..=4 => store.join_room(user.id, room, NOW).await.map(|done| done.changes),
        5 => store.end_membership(standing, user.id).await.map(|done| done.changes),
        6 => store.rename_user(user.id, text).await.map(|done| done.changes),
        7 => {
            let edit = RoomEdit {
                name: Some(text),
                topic: chance.random_bool(0.5).then(|| "topic".to_owned()),
            };
            store.edit_room(standing, edit).await.map(|done| done.changes)
        }
        8..=10 => {
            let edit = MessageEdit {
                number,
                body: chance.random_bool(0.7).then_some(text),
                now: NOW,
            };
            store.edit_message(standing, edit).await.map(|done| done.changes)
        }
        11..=12 => store.mark_read(standing, number).await.map(|done| done.changes),
        _ => stage
            .post(&user, room, stage.draft(&text))
            .await
            .map(|done| done.changes),
    };
    Committed {
        value: (),
        changes: changes.unwrap_or_default(),
    }
}

pub(crate) async fn every_commit_says_what_it_changed(stage: &Stage) {
    let mut chance = StdRng::seed_from_u64(7);
    let mut people = vec![stage.person("ann").await];
    let mut rooms = vec![stage.general().await.id];
    for _ in 0..DEEDS {
        for told in deed(stage, &mut chance, &mut people, &mut rooms).await.changes {
            assert_eq!(told.to, told.after.next(), "a transaction moves a head by one");
            assert_eq!(told, stage.between(told.feed, told.after).await);
            assert_eq!(told.to, stage.head(told.feed).await);
            assert!(told.items.iter().all(|item| item.changed() == told.to));
        }
    }
}

/// What somebody who follows a room holds.
#[derive(Clone, Debug, PartialEq)]
struct RoomReplica {
    position: Seq,
    room: Option<Room>,
    messages: BTreeMap<Number, Message>,
    members: BTreeMap<UserId, Member>,
}

impl RoomReplica {
    fn empty() -> Self {
        Self {
            position: Seq(0),
            room: None,
            messages: BTreeMap::new(),
            members: BTreeMap::new(),
        }
    }

    fn apply(&mut self, items: Vec<Item>) {
        for item in items {
            match item {
                Item::Message(row) => drop(self.messages.insert(row.number, row)),
                Item::Member(row) if row.left => drop(self.members.remove(&row.user)),
                Item::Member(row) => drop(self.members.insert(row.user, row)),
                Item::Room(row) => self.room = Some(row),
                other => panic!("not of a room: {other:?}"),
            }
        }
    }

    async fn follow(&mut self, stage: &Stage, room: RoomId) {
        loop {
            let changes = stage.between(FeedId::Room(room), self.position).await;
            if changes.to == self.position {
                return;
            }
            self.position = changes.to;
            self.apply(changes.items);
        }
    }

    /// Reads everything anew, as a member does.
    async fn read(stage: &Stage, reader: &User, room: RoomId) -> Self {
        let snapshot = stage.store.room_snapshot(member(reader, room)).await.unwrap();
        let mut messages: BTreeMap<Number, Message> = BTreeMap::new();
        loop {
            let before = messages.keys().next().copied();
            let page = stage.store.messages(member(reader, room), before, 7).await.unwrap();
            if page.messages.is_empty() {
                break;
            }
            messages.extend(page.messages.into_iter().map(|row| (row.number, row)));
        }
        let members = snapshot.members.into_iter().map(|row| (row.user, row)).collect();
        Self {
            position: snapshot.position,
            room: Some(snapshot.room),
            messages,
            members,
        }
    }
}

/// What a person holds of their own feed: the listings, with the markers applied. What a listing tells of the room is
/// carried on by the room's feed, so it is not compared.
type Listings = BTreeMap<RoomId, (Number, bool)>;

async fn follow_own(stage: &Stage, user: UserId, position: &mut Seq, held: &mut Listings) {
    let CatchUp::Changes(changes) = stage
        .store
        .catch_up_user(user, Some(*position))
        .await
        .unwrap()
        .into_inner()
    else {
        panic!("a gap");
    };
    *position = changes.to;
    for item in changes.items {
        match item {
            Item::ListedRoom(row) => drop(held.insert(row.room.id, (row.read, row.left))),
            // The marker of a room that was left meanwhile comes before the listing's tombstone.
            Item::ReadMarker(row) => drop(held.get_mut(&row.room).map(|listing| listing.0 = row.read)),
            other => panic!("not of a person: {other:?}"),
        }
    }
}

fn listed(rooms: Vec<ListedRoom>) -> Listings {
    rooms
        .into_iter()
        .map(|row| (row.room.id, (row.read, row.left)))
        .collect()
}

pub(crate) async fn catching_up_equals_reading_anew(stage: &Stage) {
    let ann = stage.person("ann").await;
    let mut people = vec![ann.clone()];
    let mut rooms = vec![stage.general().await.id];
    for seed in SEEDS {
        let mut chance = StdRng::seed_from_u64(seed);
        let watched = rooms[0];
        let mut replica = RoomReplica::empty();
        let mut profiles: BTreeMap<UserId, User> = BTreeMap::new();
        let mut position = Seq(0);
        let mut held = Listings::new();
        for _ in 0..DEEDS {
            deed(stage, &mut chance, &mut people, &mut rooms).await;
            if chance.random_bool(0.1) {
                replica.follow(stage, watched).await;
            }
            if chance.random_bool(0.1) {
                follow_own(stage, ann.id, &mut position, &mut held).await;
            }
        }
        stage.joins(&ann, watched).await;
        replica.follow(stage, watched).await;
        assert_eq!(
            replica,
            RoomReplica::read(stage, &ann, watched).await,
            "room, seed {seed}"
        );

        follow_own(stage, ann.id, &mut position, &mut held).await;
        held.retain(|_, (_, left)| !*left);
        let CatchUp::Gap(_, FeedSnapshot::User(own)) =
            stage.store.catch_up_user(ann.id, None).await.unwrap().into_inner()
        else {
            panic!("changes");
        };
        assert_eq!(
            (position, held),
            (own.position, listed(own.rooms)),
            "person, seed {seed}"
        );

        let told = stage.between(FeedId::Community, Seq(0)).await;
        profiles.extend(told.items.into_iter().map(|item| match item {
            Item::User(row) => (row.id, row),
            other => panic!("not of the community: {other:?}"),
        }));
        let everyone: Vec<UserId> = people.iter().map(|user| user.id).collect();
        assert_eq!(
            profiles.into_values().collect::<Vec<_>>(),
            stage.store.users(&everyone).await.unwrap()
        );
    }
}
