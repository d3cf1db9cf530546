//! What whoever draws may ask. Nothing here changes anything.

use crate::protocol::{
    ClientFrame, ClientMessageId, Command, Member, Message, Number, Room, RoomId, Slug, User, UserId,
};

use super::{Address, Connection, Deed, Missed, Notice, Pending, Progress, RoomEntry, State, Timeline};

impl State {
    /// Who is signed in.
    pub fn me(&self) -> Option<&User> {
        self.me.as_ref()
    }

    /// The line to the server.
    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    /// One's rooms, newest activity first.
    pub fn rooms(&self) -> Vec<&RoomEntry> {
        self.rooms.listed()
    }

    /// One of one's rooms.
    pub fn room(&self, room: RoomId) -> Option<&RoomEntry> {
        self.rooms.get(room)
    }

    /// One of one's rooms, by its name in addresses.
    pub fn room_by_slug(&self, slug: &Slug) -> Option<&RoomEntry> {
        self.rooms.by_slug(slug)
    }

    /// What the page's address means.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// The room on screen.
    pub fn open_room(&self) -> Option<RoomId> {
        self.address.room()
    }

    /// How many messages are newer than the read marker.
    pub fn unread(&self, room: RoomId) -> u64 {
        self.rooms.get(room).map_or(0, RoomEntry::unread)
    }

    /// The first message that is newer than the read marker.
    pub fn first_unread(&self, room: RoomId) -> Option<Number> {
        let entry = self.rooms.get(room)?;
        (entry.unread() > 0).then(|| entry.read.next())
    }

    /// How many are newer than their read markers in all rooms together.
    pub fn total_unread(&self) -> u64 {
        self.rooms.listed().into_iter().map(RoomEntry::unread).sum()
    }

    /// A room's content; none when it was never opened.
    pub fn timeline(&self, room: RoomId) -> Option<&Timeline> {
        self.timelines.get(&room)
    }

    /// What one has missed of a room, until its beginning was seen or something of it was read.
    pub fn missed(&self, room: RoomId) -> Option<Missed> {
        let timeline = self.timelines.get(&room)?;
        let entry = self.rooms.get(room)?;
        timeline
            .missed()
            .filter(|first_new| *first_new == entry.read.next())
            .map(|_| Missed {
                count: entry.unread(),
                since: timeline.first_new_at,
            })
    }

    /// The newest message in a room that is one's own and not deleted.
    pub fn newest_of_mine(&self, room: RoomId) -> Option<Number> {
        let mine = |message: &&Message| Some(message.author) == self.my_id() && !message.deleted;
        let message = self.timelines.get(&room)?.messages().rev().find(mine)?;
        Some(message.number)
    }

    /// Those in the room now, as far as is held: owners first, then by who came first.
    pub fn members(&self, room: RoomId) -> Vec<&Member> {
        let Some(timeline) = self.timelines.get(&room) else {
            return Vec::new();
        };
        let mut members: Vec<_> = timeline.members.values().filter(|member| !member.left).collect();
        members.sort_by_key(|member| (std::cmp::Reverse(member.role), member.joined_at, member.user));
        members
    }

    /// Somebody's public profile, if it is known.
    pub fn user(&self, user: UserId) -> Option<&User> {
        self.people.user(user)
    }

    /// Whether somebody is here, as far as was asked.
    pub fn is_online(&self, user: UserId) -> bool {
        self.people.is_online(user)
    }

    /// Who is writing in a room, oneself left out.
    pub fn typing(&self, room: RoomId) -> Vec<UserId> {
        let me = self.my_id();
        self.people.typing(room).filter(|user| Some(*user) != me).collect()
    }

    /// The rooms that one may join; none before they were asked for.
    pub fn joinable(&self) -> Option<&[Room]> {
        self.joinable.as_deref()
    }

    /// How far something has come that the user wanted done.
    pub fn progress(&self, deed: Deed) -> Option<Progress> {
        self.deeds.progress(deed)
    }

    /// A refusal to show.
    pub fn notice(&self) -> Option<&Notice> {
        self.notice.as_ref()
    }

    /// Everything still to be sent, a room's messages in the order of writing.
    pub fn outbox(&self) -> Vec<Pending> {
        self.timelines
            .values()
            .flat_map(|timeline| timeline.queue.iter().cloned())
            .collect()
    }

    /// Whether a message waits to be sent, or to be seen in its room.
    pub fn is_pending(&self, id: &ClientMessageId) -> bool {
        self.room_of_pending(id).is_some()
    }

    /// In which room a message waits.
    pub(super) fn room_of_pending(&self, id: &ClientMessageId) -> Option<RoomId> {
        self.timelines
            .values()
            .find(|timeline| timeline.queue.holds(id))
            .map(|timeline| timeline.room)
    }

    /// Whether this frame may go over an open socket: only `hello` before the welcome. While polling carries on, nobody would
    /// notice what got lost with a socket that is never welcomed.
    pub fn trusts_socket_with(&self, frame: &ClientFrame) -> bool {
        self.connection.socket_is_ready() || matches!(frame.command, Command::Hello(_))
    }
}
