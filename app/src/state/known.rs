//! Everything that a client knows.

use litemap::LiteMap;

use crate::protocol::{
    Activity, Epoch, ErrorCode, FeedId, Room, RoomElsewhere, RoomId, RoomSnapshot, Seq, Snapshot, Timestamp, User,
    UserId,
};

use super::{
    address::Address,
    connection::Connection,
    deeds::{Deeds, WishedRoom},
    people::People,
    requests::Requests,
    rooms::Rooms,
    timeline::Timeline,
};

/// A refusal to show to the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Why.
    pub code: ErrorCode,
    /// Since when it is shown.
    pub(super) since: Timestamp,
}

/// Everything that a client knows. Read it with the methods of `read`, move it on with `update`.
#[derive(Clone, Debug)]
pub struct State {
    pub(super) epoch: Option<Epoch>,
    pub(super) me: Option<User>,
    /// Where we stand in our own feed.
    pub(super) user_position: Option<Seq>,
    /// Where we stand in the community feed.
    pub(super) community_position: Option<Seq>,
    pub(super) connection: Connection,
    pub(super) rooms: Rooms,
    pub(super) timelines: LiteMap<RoomId, Timeline>,
    /// The rooms to watch, most recently used first. At most `WATCHED_ROOMS`.
    pub(super) recent: Vec<RoomId>,
    pub(super) people: People,
    pub(super) requests: Requests,
    pub(super) address: Address,
    /// Rooms that one may join, once asked for.
    pub(super) joinable: Option<Vec<Room>>,
    pub(super) notice: Option<Notice>,
    pub(super) deeds: Deeds,
    /// The room that is being made.
    pub(super) wished_room: Option<WishedRoom>,
    /// The room that one left last, from here.
    pub(super) left: Option<RoomId>,
    /// When "I am writing" was last said, and where.
    pub(super) typed: Option<(RoomId, Timestamp)>,
    /// From when on the server may be asked about the address; none once it was asked.
    pub(super) look_up_at: Option<Timestamp>,
}

impl State {
    /// What the page came with, or nothing.
    pub fn new(snapshot: Option<Snapshot>) -> Self {
        let mut state = Self {
            epoch: None,
            me: None,
            user_position: None,
            community_position: None,
            connection: Connection::new(),
            rooms: Rooms::default(),
            timelines: LiteMap::new(),
            recent: Vec::new(),
            people: People::default(),
            requests: Requests::default(),
            address: Address::Nowhere,
            joinable: None,
            notice: None,
            deeds: Deeds::default(),
            wished_room: None,
            left: None,
            typed: None,
            look_up_at: None,
        };
        if let Some(snapshot) = snapshot {
            state.adopt(snapshot);
        }
        state
    }

    /// The same at an address that is no room of one's own, if it is: another room, or none.
    #[must_use]
    pub fn at(mut self, elsewhere: Option<RoomElsewhere>) -> Self {
        if let Some(RoomElsewhere { slug, room }) = elsewhere {
            self.address = room.map_or(Address::NotFound(slug), Address::NotAMember);
        }
        self
    }

    /// Takes over a whole snapshot. What is pending stays.
    pub(super) fn adopt(&mut self, snapshot: Snapshot) {
        let Snapshot {
            epoch,
            you,
            user,
            community,
            room,
        } = snapshot;
        self.epoch = Some(epoch);
        self.people.learn(you.clone());
        self.me = Some(you);
        self.user_position = Some(user.position);
        self.rooms.replace(user);
        self.community_position = Some(community);
        if let Some(snapshot) = room {
            let room = snapshot.room.id;
            self.adopt_room(snapshot);
            self.recent.retain(|recent| *recent != room);
            self.recent.insert(0, room);
            self.address = Address::Room(room);
            self.place_first_new(room);
        }
    }

    /// Takes over a room's snapshot.
    pub(super) fn adopt_room(&mut self, mut snapshot: RoomSnapshot) {
        let id = snapshot.room.id;
        for user in std::mem::take(&mut snapshot.page.users) {
            self.learn(user);
        }
        self.rooms.advance(Activity {
            room: id,
            head: snapshot.position,
            posts: snapshot.page.posts,
            last_posted_at: snapshot.page.messages.last().map(|message| message.posted_at),
        });
        self.rooms.describe(snapshot.room.clone());
        let timeline = self.timeline_mut(id);
        timeline.replace(snapshot);
    }

    /// Takes in a profile, which may be one's own. Says whether it is news.
    pub(super) fn learn(&mut self, user: User) -> bool {
        let mine = self
            .me
            .as_mut()
            .filter(|me| me.id == user.id && me.changed < user.changed);
        let is_mine = mine.is_some();
        if let Some(me) = mine {
            *me = user.clone();
        }
        self.people.learn(user) || is_mine
    }

    /// The room's timeline, empty if there was none.
    pub(super) fn timeline_mut(&mut self, room: RoomId) -> &mut Timeline {
        let me = self.my_id().unwrap_or_default();
        self.timelines.entry(room).or_insert_with(|| Timeline::new(room, me))
    }

    /// The "new messages" line goes above what is unread.
    pub(super) fn place_first_new(&mut self, room: RoomId) {
        let first_new = self.first_unread(room);
        let timeline = self.timeline_mut(room);
        timeline.first_new = first_new;
        timeline.first_new_at = None;
        timeline.has_missed = false;
    }

    pub(super) fn my_id(&self) -> Option<UserId> {
        self.me.as_ref().map(|me| me.id)
    }

    /// Another database: everything is of another history, except what is still to be sent.
    pub(super) fn start_over(&mut self, epoch: Epoch) {
        let slug = self
            .open_room()
            .and_then(|room| self.rooms.get(room))
            .map(|entry| entry.room.slug.clone());
        if let Some(slug) = slug {
            self.address = Address::Looking(slug);
        }
        self.epoch = Some(epoch);
        self.user_position = None;
        self.community_position = None;
        self.rooms = Rooms::default();
        let shown = std::mem::take(&mut self.people.shown);
        self.people = People::default();
        self.people.show(shown);
        self.joinable = None;
        for (_, timeline) in &mut self.timelines {
            let watch = timeline.watch;
            timeline.forget();
            timeline.watch = watch;
            timeline.queue.doubt_everything();
        }
    }

    /// Where we stand in a feed.
    pub(super) fn position(&self, feed: FeedId) -> Option<Seq> {
        match feed {
            FeedId::Room(room) => self.timelines.get(&room).and_then(|timeline| timeline.position),
            FeedId::User(_) => self.user_position,
            FeedId::Community => self.community_position,
        }
    }
}
