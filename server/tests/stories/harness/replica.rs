//! What a client would hold after all that it was sent: the simplest reader that keeps to the protocol.

use std::collections::BTreeMap;

use app::protocol::{
    Activity, Changes, Epoch, FeedId, FeedSnapshot, GapReason, Hello, Item, ListedRoom, Member, Message, Number, Room,
    RoomId, Seq, ServerFrame, User, UserId, VERSION,
};

/// One room as it was told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoomCopy {
    pub room: Option<Room>,
    pub messages: BTreeMap<Number, Message>,
    pub members: BTreeMap<UserId, Member>,
}

/// Everything that was told.
#[derive(Clone, Debug, Default)]
pub struct Replica {
    pub epoch: Option<Epoch>,
    pub positions: BTreeMap<FeedId, Seq>,
    pub rooms: BTreeMap<RoomId, RoomCopy>,
    pub listed: BTreeMap<RoomId, ListedRoom>,
    pub read: BTreeMap<RoomId, Number>,
    pub people: BTreeMap<UserId, User>,
    pub activity: BTreeMap<RoomId, Activity>,
    pub gaps: Vec<(FeedId, GapReason)>,
    pub revoked: Vec<RoomId>,
}

impl Replica {
    /// Takes in a frame. One that leaves a hole is a fault of the server: it knows where this connection stands.
    pub fn take(&mut self, frame: &ServerFrame) {
        match frame {
            ServerFrame::Welcome(welcome) => {
                if self.epoch.as_ref().is_some_and(|epoch| *epoch != welcome.epoch) {
                    *self = Self::default();
                }
                self.epoch = Some(welcome.epoch.clone());
                self.activity
                    .extend(welcome.rooms.iter().map(|activity| (activity.room, *activity)));
            }
            ServerFrame::Changes(changes) => self.apply(changes),
            ServerFrame::Gap { feed, reason, snapshot } => {
                self.gaps.push((*feed, *reason));
                self.start_over(*feed, snapshot);
            }
            ServerFrame::Revoked { room } => {
                self.revoked.push(*room);
                self.rooms.remove(room);
                self.positions.remove(&FeedId::Room(*room));
            }
            ServerFrame::Activity(activity) => {
                self.activity.insert(activity.room, *activity);
            }
            _ => {}
        }
    }

    pub fn take_all<'a>(&mut self, frames: impl IntoIterator<Item = &'a ServerFrame>) {
        frames.into_iter().for_each(|frame| self.take(frame));
    }

    pub fn position(&self, room: RoomId) -> Option<Seq> {
        self.positions.get(&FeedId::Room(room)).copied()
    }

    /// The messages held of a room, in order.
    pub fn messages(&self, room: RoomId) -> Vec<Message> {
        self.rooms
            .get(&room)
            .map(|room| room.messages.values().cloned().collect())
            .unwrap_or_default()
    }

    /// Where it would go on from.
    pub fn hello(&self, you: UserId) -> Hello {
        let watch = self.rooms.keys().map(|room| (*room, self.position(*room))).collect();
        Hello {
            protocol: VERSION,
            epoch: self.epoch.clone(),
            watch,
            user: self.positions.get(&FeedId::User(you)).copied(),
            community: self.positions.get(&FeedId::Community).copied(),
        }
    }

    fn apply(&mut self, changes: &Changes) {
        let Changes { feed, after, to, items } = changes;
        let position = self.positions.entry(*feed).or_default();
        assert!(
            *after <= *position,
            "{feed}: {after}..{to} leaves a hole behind {position}"
        );
        let mut last = *after;
        for item in items {
            assert!(
                item.changed() >= last && item.changed() > *after && item.changed() <= *to,
                "{feed}: {after}..{to} is out of order"
            );
            last = item.changed();
        }
        if to <= position {
            return;
        }
        *position = *to;
        for item in items {
            self.upsert(*feed, item.clone());
        }
    }

    fn upsert(&mut self, feed: FeedId, item: Item) {
        let room = match feed {
            FeedId::Room(room) => room,
            FeedId::User(_) | FeedId::Community => RoomId::default(),
        };
        match item {
            Item::Message(message) => {
                let rows = &mut self.rooms.entry(room).or_default().messages;
                if rows
                    .get(&message.number)
                    .is_none_or(|held| held.changed < message.changed)
                {
                    rows.insert(message.number, message);
                }
            }
            Item::Member(member) => {
                self.rooms.entry(room).or_default().members.insert(member.user, member);
            }
            Item::Room(row) => self.rooms.entry(room).or_default().room = Some(row),
            Item::ListedRoom(listed) => {
                self.listed.insert(listed.room.id, listed);
            }
            Item::ReadMarker(marker) => {
                self.read.insert(marker.room, marker.read);
            }
            Item::User(user) => {
                self.people.insert(user.id, user);
            }
        }
    }

    fn start_over(&mut self, feed: FeedId, snapshot: &FeedSnapshot) {
        self.positions.insert(feed, snapshot.position());
        match snapshot {
            FeedSnapshot::Room(snapshot) => {
                let copy = RoomCopy {
                    room: Some(snapshot.room.clone()),
                    messages: snapshot
                        .page
                        .messages
                        .iter()
                        .map(|message| (message.number, message.clone()))
                        .collect(),
                    members: snapshot
                        .members
                        .iter()
                        .map(|member| (member.user, member.clone()))
                        .collect(),
                };
                self.rooms.insert(snapshot.room.id, copy);
            }
            FeedSnapshot::User(snapshot) => {
                self.listed = snapshot
                    .rooms
                    .iter()
                    .map(|listed| (listed.room.id, listed.clone()))
                    .collect();
            }
            FeedSnapshot::Community { .. } => {}
        }
    }
}
