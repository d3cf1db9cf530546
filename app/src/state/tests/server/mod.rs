//! A small honest server: rows that carry the number of their last change, pages, gaps. It keeps one reader's list, ours.

mod reading;

use std::collections::BTreeMap;

use super::scenario::ME;
use crate::protocol::{
    Activity, Changes, ClientMessageId, Command, Epoch, ErrorCode, FeedId, FeedSnapshot, GapReason, Item, ListedRoom,
    Member, Message, Number, Page, ReadMarker, Rejection, Reply, Role, Room, RoomId, RoomSnapshot, Seq, Slug, Snapshot,
    Timestamp, User, UserId, UserSnapshot,
};

/// Rows in one frame of changes; small, so that catching up takes several.
const PAGE_ROWS: usize = 4;
/// Messages in a newest page.
const SNAPSHOT_MESSAGES: usize = 5;
/// A reader further behind gets a gap.
const TOO_FAR: u64 = 15;

#[derive(Clone, Debug)]
pub(super) struct Server {
    epoch: u64,
    users: BTreeMap<UserId, User>,
    community: Seq,
    pub(super) rooms: BTreeMap<RoomId, Place>,
    list: Seq,
    listings: BTreeMap<RoomId, Listing>,
    markers: BTreeMap<RoomId, ReadMarker>,
    /// Markers that are moved a little after the post.
    owed: BTreeMap<RoomId, Number>,
    clock: i64,
}

/// A room and everything in it.
#[derive(Clone, Debug)]
pub(super) struct Place {
    room: Room,
    head: Seq,
    pub(super) messages: Vec<Message>,
    members: BTreeMap<UserId, Member>,
    first_seq: BTreeMap<Number, Seq>,
}

#[derive(Clone, Copy, Debug)]
struct Listing {
    changed: Seq,
    left: bool,
}

pub(super) enum Resumed {
    Changes(Changes),
    Gap(GapReason, FeedSnapshot),
    Revoked,
}

type Outcome<T> = Result<T, ErrorCode>;

impl Server {
    /// Three people, and one room that all are in.
    pub(super) fn new() -> Self {
        let mut server = Self {
            epoch: 1,
            users: BTreeMap::new(),
            community: Seq(0),
            rooms: BTreeMap::new(),
            list: Seq(0),
            listings: BTreeMap::new(),
            markers: BTreeMap::new(),
            owed: BTreeMap::new(),
            clock: 0,
        };
        for id in 1..=3 {
            server.set_name(UserId(id));
        }
        let room = server.create_room(ME);
        for id in 2..=3 {
            server.join(UserId(id), room);
        }
        server
    }

    pub(super) fn epoch(&self) -> Epoch {
        Epoch(format!("epoch {}", self.epoch))
    }

    /// Becomes what it was; its history from here on is another one.
    pub(super) fn restore(&mut self, backup: &Self) {
        let epoch = self.epoch + 1;
        *self = Self {
            epoch,
            ..backup.clone()
        };
    }

    pub(super) fn me(&self) -> User {
        self.users[&ME].clone()
    }

    pub(super) fn set_name(&mut self, user: UserId) {
        self.community = self.community.next();
        let name = format!("user {user}, version {}", self.community);
        self.users.insert(
            user,
            User {
                id: user,
                name,
                changed: self.community,
            },
        );
    }

    pub(super) fn create_room(&mut self, creator: UserId) -> RoomId {
        let id = RoomId(self.rooms.len() as u64 + 1);
        self.clock += 1;
        let room = Room {
            id,
            slug: Slug(format!("room-{id}")),
            name: format!("Room {id}"),
            topic: String::new(),
            members: 0,
            created_at: Timestamp(self.clock),
            changed: Seq(0),
            large: false,
        };
        let (messages, members) = (Vec::new(), BTreeMap::new());
        self.rooms.insert(
            id,
            Place {
                room,
                head: Seq(0),
                messages,
                members,
                first_seq: BTreeMap::new(),
            },
        );
        self.join(creator, id);
        id
    }

    pub(super) fn is_member(&self, user: UserId, room: RoomId) -> bool {
        self.rooms
            .get(&room)
            .and_then(|place| place.members.get(&user))
            .is_some_and(|member| !member.left)
    }

    pub(super) fn join(&mut self, user: UserId, room: RoomId) {
        if self.is_member(user, room) {
            return;
        }
        let place = self.rooms.get_mut(&room).expect("the room exists");
        place.head = place.head.next();
        let (role, joined_at, changed) = (Role::Member, Timestamp(0), place.head);
        place.members.insert(
            user,
            Member {
                user,
                role,
                joined_at,
                left: false,
                changed,
            },
        );
        place.room.members += 1;
        place.room.changed = place.head;
        let newest = Number(place.messages.len() as u64);
        if user == ME {
            self.lists(room, false);
            self.markers.insert(
                room,
                ReadMarker {
                    room,
                    read: newest,
                    changed: self.list,
                },
            );
        }
    }

    /// The room comes onto one's list, or leaves it.
    fn lists(&mut self, room: RoomId, left: bool) {
        self.list = self.list.next();
        let changed = self.list;
        self.listings.insert(room, Listing { changed, left });
    }

    pub(super) fn leave(&mut self, user: UserId, room: RoomId) {
        if !self.is_member(user, room) {
            return;
        }
        let place = self.rooms.get_mut(&room).expect("the room exists");
        place.head = place.head.next();
        let member = place.members.get_mut(&user).expect("is a member");
        member.left = true;
        member.changed = place.head;
        place.room.members -= 1;
        place.room.changed = place.head;
        if user == ME {
            self.lists(room, true);
        }
    }

    pub(super) fn rename(&mut self, room: RoomId) {
        let place = self.rooms.get_mut(&room).expect("the room exists");
        place.head = place.head.next();
        place.room.name = format!("Room {room}, version {}", place.head);
        place.room.changed = place.head;
    }

    pub(super) fn post(
        &mut self,
        user: UserId,
        room: RoomId,
        id: ClientMessageId,
        body: String,
        read: Option<Number>,
    ) -> Outcome<Reply> {
        self.check(user, room)?;
        let place = self.rooms.get_mut(&room).expect("checked");
        let before = place
            .messages
            .iter()
            .find(|held| held.author == user && held.client_message_id == id);
        if let Some(number) = before.map(|message| message.number) {
            return Ok(Reply::Posted {
                number,
                seq: place.first_seq[&number],
            });
        }
        self.clock += 1;
        place.head = place.head.next();
        let number = Number(place.messages.len() as u64 + 1);
        place.first_seq.insert(number, place.head);
        place.messages.push(Message {
            number,
            changed: place.head,
            author: user,
            client_message_id: id,
            body,
            posted_at: Timestamp(self.clock),
            edited_at: None,
            deleted: false,
        });
        let seq = place.head;
        match user {
            // What lies between is not read.
            ME if read.is_some_and(|read| number > read.next()) => {}
            // As in a flurry.
            ME if number.0.is_multiple_of(3) => _ = self.owed.insert(room, number),
            ME => self.mark_read(room, number),
            _ => {}
        }
        Ok(Reply::Posted { number, seq })
    }

    /// Replaces a text; without one, deletes.
    pub(super) fn edit(&mut self, room: RoomId, number: Number, body: Option<String>) -> Outcome<Reply> {
        let place = self.rooms.get_mut(&room).ok_or(ErrorCode::RoomNotFound)?;
        let message = place
            .messages
            .iter_mut()
            .find(|message| message.number == number && !message.deleted);
        let message = message.ok_or(ErrorCode::MessageNotFound)?;
        place.head = place.head.next();
        message.changed = place.head;
        message.edited_at = Some(Timestamp(self.clock));
        message.deleted = body.is_none();
        message.body = body.unwrap_or_default();
        Ok(Reply::Changed { seq: place.head })
    }

    /// How far one has read.
    pub(super) fn marker(&self, room: RoomId) -> Option<Number> {
        self.markers.get(&room).map(|marker| marker.read)
    }

    /// Moves the markers that are owed.
    pub(super) fn pays(&mut self) {
        for (room, number) in std::mem::take(&mut self.owed) {
            if self.is_member(ME, room) {
                self.mark_read(room, number);
            }
        }
    }

    /// Comes back without what was only in memory.
    pub(super) fn is_killed(&mut self) {
        self.owed.clear();
    }

    pub(super) fn mark_read(&mut self, room: RoomId, number: Number) {
        let Some(place) = self.rooms.get(&room) else { return };
        let number = number.min(Number(place.messages.len() as u64));
        if self.markers.get(&room).is_none_or(|marker| marker.read < number) {
            self.list = self.list.next();
            self.markers.insert(
                room,
                ReadMarker {
                    room,
                    read: number,
                    changed: self.list,
                },
            );
        }
    }

    fn check(&self, user: UserId, room: RoomId) -> Outcome<()> {
        match self.rooms.get(&room) {
            None => Err(ErrorCode::RoomNotFound),
            Some(_) if !self.is_member(user, room) => Err(ErrorCode::NotAMember),
            Some(_) => Ok(()),
        }
    }

    /// Carries out a command of ours, other than those about the connection.
    pub(super) fn execute(&mut self, command: Command) -> Result<Reply, Rejection> {
        self.run(command).map_err(|code| Rejection {
            code,
            message: String::new(),
            retry_after_ms: None,
        })
    }

    fn run(&mut self, command: Command) -> Outcome<Reply> {
        match command {
            Command::PostMessage {
                room,
                client_message_id,
                body,
                read,
            } => self.post(ME, room, client_message_id, body, read),
            Command::EditMessage { room, number, body } => {
                self.check(ME, room)?;
                self.edit(room, number, Some(body))
            }
            Command::MarkRead { room, number } => {
                self.check(ME, room)?;
                self.mark_read(room, number);
                Ok(Reply::Done)
            }
            Command::GetMessages { room, before, .. } => {
                self.check(ME, room)?;
                Ok(Reply::Page {
                    page: self.page(&self.rooms[&room], before),
                })
            }
            Command::GetUsers { users } => {
                let users = users.iter().filter_map(|user| self.users.get(user).cloned()).collect();
                Ok(Reply::Users { users })
            }
            Command::FindRoom { slug } => {
                let place = self
                    .rooms
                    .values()
                    .find(|place| place.room.slug == slug)
                    .ok_or(ErrorCode::RoomNotFound)?;
                Ok(Reply::Room {
                    room: place.room.clone(),
                    member: self.is_member(ME, place.room.id),
                })
            }
            _ => Ok(Reply::Done),
        }
    }
}
