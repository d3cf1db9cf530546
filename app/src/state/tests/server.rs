//! A small honest server: rows that carry the number of their last change, pages, gaps. It keeps one reader's list, ours.

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
            self.list = self.list.next();
            self.listings.insert(
                room,
                Listing {
                    changed: self.list,
                    left: false,
                },
            );
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
            self.list = self.list.next();
            self.listings.insert(
                room,
                Listing {
                    changed: self.list,
                    left: true,
                },
            );
        }
    }

    pub(super) fn rename(&mut self, room: RoomId) {
        let place = self.rooms.get_mut(&room).expect("the room exists");
        place.head = place.head.next();
        place.room.name = format!("Room {room}, version {}", place.head);
        place.room.changed = place.head;
    }

    pub(super) fn post(&mut self, user: UserId, room: RoomId, id: ClientMessageId, body: String) -> Outcome<Reply> {
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
        if user == ME {
            self.mark_read(room, number);
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
            } => self.post(ME, room, client_message_id, body),
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

    fn page(&self, place: &Place, before: Option<Number>) -> Page {
        let posts = Number(place.messages.len() as u64);
        let end = before.map_or(posts.0, |before| before.0 - 1);
        let start = end.saturating_sub(SNAPSHOT_MESSAGES as u64);
        let range = usize::try_from(start).unwrap()..usize::try_from(end).unwrap();
        let messages = place.messages[range].to_vec();
        Page {
            posts,
            messages,
            users: self.users.values().cloned().collect(),
        }
    }

    pub(super) fn room_snapshot(&self, room: RoomId) -> RoomSnapshot {
        let place = &self.rooms[&room];
        let members = place.members.values().filter(|member| !member.left).cloned().collect();
        RoomSnapshot {
            room: place.room.clone(),
            position: place.head,
            page: self.page(place, None),
            members,
        }
    }

    fn user_snapshot(&self) -> UserSnapshot {
        let rooms = self
            .listings
            .keys()
            .map(|room| self.listed(*room))
            .filter(|listed| !listed.left)
            .collect();
        UserSnapshot {
            position: self.list,
            rooms,
        }
    }

    /// What a page is drawn from.
    pub(super) fn snapshot(&self, room: Option<RoomId>) -> Snapshot {
        Snapshot {
            epoch: self.epoch(),
            you: self.me(),
            user: self.user_snapshot(),
            community: self.community,
            room: room
                .filter(|room| self.is_member(ME, *room))
                .map(|room| self.room_snapshot(room)),
        }
    }

    fn listed(&self, room: RoomId) -> ListedRoom {
        let place = &self.rooms[&room];
        ListedRoom {
            room: place.room.clone(),
            role: Role::Member,
            head: place.head,
            posts: Number(place.messages.len() as u64),
            last_posted_at: place.messages.last().map(|message| message.posted_at),
            read: self.markers[&room].read,
            left: self.listings[&room].left,
            changed: self.listings[&room].changed,
        }
    }

    /// Where our rooms stand.
    pub(super) fn activities(&self) -> Vec<Activity> {
        let rooms = self
            .listings
            .iter()
            .filter(|(_, listing)| !listing.left)
            .map(|(room, _)| self.listed(*room));
        rooms
            .map(|row| Activity {
                room: row.room.id,
                head: row.head,
                posts: row.posts,
                last_posted_at: row.last_posted_at,
            })
            .collect()
    }

    pub(super) fn head(&self, feed: FeedId) -> Seq {
        match feed {
            FeedId::Room(room) => self.rooms.get(&room).map_or(Seq(0), |place| place.head),
            FeedId::User(_) => self.list,
            FeedId::Community => self.community,
        }
    }

    /// How a reader goes on in a feed.
    pub(super) fn resume(&self, feed: FeedId, epoch_holds: bool, position: Option<Seq>) -> Resumed {
        if let FeedId::Room(room) = feed
            && !self.is_member(ME, room)
        {
            return Resumed::Revoked;
        }
        let head = self.head(feed);
        let reason = match position {
            None => GapReason::First,
            Some(_) if !epoch_holds => GapReason::Epoch,
            Some(position) if position > head => GapReason::Future,
            Some(position) if head.0 - position.0 > TOO_FAR => GapReason::TooFar,
            Some(position) => return Resumed::Changes(self.changes(feed, position)),
        };
        let snapshot = match feed {
            FeedId::Room(room) => FeedSnapshot::Room(self.room_snapshot(room)),
            FeedId::User(_) => FeedSnapshot::User(self.user_snapshot()),
            FeedId::Community => FeedSnapshot::Community {
                position: self.community,
            },
        };
        Resumed::Gap(reason, snapshot)
    }

    fn changes(&self, feed: FeedId, after: Seq) -> Changes {
        let mut items = match feed {
            FeedId::Room(room) => self.rooms[&room].items(),
            FeedId::User(_) => self.list_items(),
            FeedId::Community => self.users.values().cloned().map(Item::User).collect(),
        };
        items.retain(|item| item.changed() > after);
        items.sort_by_key(Item::changed);
        let mut to = self.head(feed);
        if let Some(first_left_out) = items.get(PAGE_ROWS).map(Item::changed) {
            // A seq is never split: it goes whole into the next page, unless it is the only one.
            let whole = items.iter().filter(|item| item.changed() < first_left_out).count();
            let end = if whole > 0 {
                Seq(first_left_out.0 - 1)
            } else {
                first_left_out
            };
            items.retain(|item| item.changed() <= end);
            to = end;
        }
        Changes { feed, after, to, items }
    }

    fn list_items(&self) -> Vec<Item> {
        let listings = self.listings.keys().map(|room| Item::ListedRoom(self.listed(*room)));
        listings
            .chain(self.markers.values().cloned().map(Item::ReadMarker))
            .collect()
    }
}

impl Place {
    fn items(&self) -> Vec<Item> {
        let messages = self.messages.iter().cloned().map(Item::Message);
        let members = self.members.values().cloned().map(Item::Member);
        messages.chain(members).chain([Item::Room(self.room.clone())]).collect()
    }
}
