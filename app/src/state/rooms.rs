//! The list of one's rooms: order, badges, read markers.

use litemap::LiteMap;

use crate::protocol::{Activity, ListedRoom, Number, Role, Room, RoomId, Seq, Slug, Timestamp, UserSnapshot};

/// Activities kept for rooms that are not on the list yet. When it is full, further ones are dropped: the listing
/// brings nearly the same.
const STRAYS: usize = 1_000;

/// One room on one's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoomEntry {
    /// The room.
    pub room: Room,
    /// One's own role in it.
    pub role: Role,
    /// The room's head, as far as is known here.
    pub head: Seq,
    /// The number of its newest message.
    pub posts: Number,
    /// When that was stored.
    pub last_posted_at: Option<Timestamp>,
    /// How far one has read, by what this client knows; moves at once.
    pub read: Number,
    /// How far the server knows that one has read.
    pub(super) read_stored: Number,
    /// What was sent over the present line, and when.
    pub(super) read_sent: Option<(Number, Timestamp)>,
    /// One's own newest post, and when it was heard of: the server moves the marker to it by itself.
    pub(super) read_by_posting: Option<(Number, Timestamp)>,
    /// Seq of the listing's last change.
    pub(super) listed: Seq,
    /// Not on the list any more.
    pub(super) left: bool,
}

impl RoomEntry {
    /// How many messages are newer than the read marker.
    pub fn unread(&self) -> u64 {
        self.posts.0.saturating_sub(self.read.0)
    }

    /// When something last happened that people would say was news.
    pub(super) fn newest(&self) -> Timestamp {
        self.last_posted_at.unwrap_or(self.room.created_at)
    }

    pub(super) fn advance(&mut self, head: Seq, posts: Number, last_posted_at: Option<Timestamp>) -> bool {
        let before = (self.head, self.posts, self.last_posted_at);
        self.head = self.head.max(head);
        if posts >= self.posts && last_posted_at.is_some() {
            self.last_posted_at = last_posted_at;
        }
        self.posts = self.posts.max(posts);
        before != (self.head, self.posts, self.last_posted_at)
    }

    /// One has posted this, here or elsewhere. Says whether the marker moved: not when there is something before it that was not read.
    pub(super) fn read_by_posting(&mut self, number: Number, now: Timestamp) -> bool {
        let moves = number == self.read.next();
        if moves {
            self.read = number;
            self.read_by_posting = Some((number, now));
        }
        moves
    }

    /// The server knows that one has read up to here.
    pub(super) fn read_is_stored(&mut self, number: Number) -> bool {
        self.read_stored = self.read_stored.max(number);
        let before = self.read;
        self.read = self.read.max(number);
        before != self.read
    }
}

/// All rooms that one is or was in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Rooms {
    entries: LiteMap<RoomId, RoomEntry>,
    strays: LiteMap<RoomId, Activity>,
    /// Rows of watched rooms that came before their listing.
    described: LiteMap<RoomId, Room>,
}

impl Rooms {
    /// Those on the list, newest activity first.
    pub(super) fn listed(&self) -> Vec<&RoomEntry> {
        let mut listed: Vec<_> = self.entries.values().filter(|entry| !entry.left).collect();
        listed.sort_by_key(|entry| (std::cmp::Reverse(entry.newest()), entry.room.id));
        listed
    }

    pub(super) fn get(&self, room: RoomId) -> Option<&RoomEntry> {
        self.entries.get(&room).filter(|entry| !entry.left)
    }

    pub(super) fn get_mut(&mut self, room: RoomId) -> Option<&mut RoomEntry> {
        self.entries.get_mut(&room).filter(|entry| !entry.left)
    }

    pub(super) fn by_slug(&self, slug: &Slug) -> Option<&RoomEntry> {
        self.entries
            .values()
            .find(|entry| !entry.left && entry.room.slug == *slug)
    }

    /// Any room that was ever listed, left or not.
    pub(super) fn remembered(&self, room: RoomId) -> Option<&RoomEntry> {
        self.entries.get(&room)
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut RoomEntry> {
        self.entries
            .iter_mut()
            .map(|(_, entry)| entry)
            .filter(|entry| !entry.left)
    }

    /// Takes in a row of the user feed. Says whether the room is new on the list, or gone from it.
    pub(super) fn list(&mut self, row: ListedRoom) -> Listing {
        let id = row.room.id;
        let was_listed = self.get(id).is_some();
        match self.entries.get_mut(&id) {
            Some(entry) => {
                if row.changed > entry.listed {
                    entry.listed = row.changed;
                    entry.left = row.left;
                    entry.role = row.role;
                }
                if row.room.changed > entry.room.changed {
                    entry.room = row.room;
                }
                entry.advance(row.head, row.posts, row.last_posted_at);
                entry.read_is_stored(row.read);
            }
            None => {
                let mut entry = RoomEntry {
                    role: row.role,
                    head: row.head,
                    posts: row.posts,
                    last_posted_at: row.last_posted_at,
                    read: row.read,
                    read_stored: row.read,
                    read_sent: None,
                    read_by_posting: None,
                    listed: row.changed,
                    left: row.left,
                    room: row.room,
                };
                if let Some(stray) = self.strays.remove(&id) {
                    entry.advance(stray.head, stray.posts, stray.last_posted_at);
                }
                if let Some(room) = self.described.remove(&id)
                    && room.changed > entry.room.changed
                {
                    entry.room = room;
                }
                self.entries.insert(id, entry);
            }
        }
        match (was_listed, self.get(id).is_some()) {
            (false, true) => Listing::Joined,
            (true, false) => Listing::Left,
            _ => Listing::Same,
        }
    }

    /// Starts over from a snapshot of the user feed. Says which rooms are gone.
    pub(super) fn replace(&mut self, snapshot: UserSnapshot) -> Vec<Room> {
        let gone = self
            .entries
            .values()
            .filter(|entry| !entry.left && snapshot.rooms.iter().all(|listed| listed.room.id != entry.room.id))
            .map(|entry| entry.room.clone())
            .collect();
        let former = std::mem::take(&mut self.entries);
        for listed in snapshot.rooms {
            let id = listed.room.id;
            self.list(listed);
            // What the room's own feed, activity or the reader said since may be ahead of the listing.
            if let (Some(entry), Some(former)) = (self.entries.get_mut(&id), former.get(&id)) {
                entry.advance(former.head, former.posts, former.last_posted_at);
                entry.read = entry.read.max(former.read);
                entry.read_sent = former.read_sent;
                entry.read_by_posting = former.read_by_posting;
                if former.room.changed > entry.room.changed {
                    entry.room = former.room.clone();
                }
            }
        }
        gone
    }

    /// Takes in where a room stands.
    pub(super) fn advance(&mut self, activity: Activity) -> bool {
        match self.entries.get_mut(&activity.room) {
            Some(entry) => entry.advance(activity.head, activity.posts, activity.last_posted_at),
            None if self.strays.len() < STRAYS || self.strays.contains_key(&activity.room) => {
                self.strays.insert(activity.room, activity);
                false
            }
            None => false,
        }
    }

    /// Takes in how far a room's feed has come.
    pub(super) fn reaches(&mut self, room: RoomId, head: Seq) {
        if let Some(entry) = self.entries.get_mut(&room) {
            entry.head = entry.head.max(head);
        }
    }

    /// Takes in the room's own row.
    pub(super) fn describe(&mut self, room: Room) -> bool {
        match self.entries.get_mut(&room.id) {
            Some(entry) if room.changed > entry.room.changed => {
                entry.room = room;
                true
            }
            Some(_) => false,
            None => {
                // Only watched rooms are described, so there are never more than a handful.
                self.described.insert(room.id, room);
                false
            }
        }
    }
}

/// What a row of the user feed did to the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Listing {
    Joined,
    Left,
    Same,
}
