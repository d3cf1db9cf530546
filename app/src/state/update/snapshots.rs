//! `gap` and `revoked`: starting a feed over, and losing it.

use crate::protocol::{FeedId, FeedSnapshot, GapReason, Room, RoomId, RoomSnapshot, UserSnapshot};
use crate::state::{Address, Deed, State, Touched, requests::Purpose, timeline::Watch};

use super::step::Step;

impl State {
    /// Replaces what is held of a feed, except what is still to be sent.
    pub(super) fn jump(&mut self, feed: FeedId, reason: GapReason, snapshot: FeedSnapshot, step: &mut Step) {
        if !self.follows(feed) {
            return;
        }
        self.connection.heard_of(feed);
        if let FeedId::Room(room) = feed {
            self.timeline_mut(room).watch = Watch::On;
        }
        // An answer that was overtaken by newer changes has nothing to add; but a position of ours from another history or
        // from the future is worth nothing, however high.
        let held_is_valid = matches!(reason, GapReason::First | GapReason::TooFar);
        if held_is_valid && self.position(feed).is_some_and(|held| held > snapshot.position()) {
            return;
        }
        match (feed, snapshot) {
            (FeedId::Room(room), FeedSnapshot::Room(snapshot)) if snapshot.room.id == room => {
                self.jump_in_room(snapshot, step);
            }
            (FeedId::User(_), FeedSnapshot::User(snapshot)) => self.jump_in_list(snapshot, step),
            (FeedId::Community, FeedSnapshot::Community { position }) => {
                self.community_position = Some(position);
                self.people.doubt_everyone();
            }
            _ => {}
        }
    }

    fn jump_in_room(&mut self, snapshot: RoomSnapshot, step: &mut Step) {
        let room = snapshot.room.id;
        let waiting = self.timeline_mut(room).queue.len();
        self.adopt_room(snapshot);
        let timeline = self.timeline_mut(room);
        step.outbox_changed |= timeline.queue.len() != waiting;
        let authors: Vec<_> = timeline.messages().map(|message| message.author).collect();
        authors.into_iter().for_each(|author| self.people.want(author));
        for part in [
            Touched::Timeline(room),
            Touched::Room(room),
            Touched::Rooms,
            Touched::People,
        ] {
            step.touch(part);
        }
    }

    fn jump_in_list(&mut self, snapshot: UserSnapshot, step: &mut Step) {
        self.user_position = Some(snapshot.position);
        step.touch(Touched::Rooms);
        for listed in &snapshot.rooms {
            step.touch(Touched::Room(listed.room.id));
        }
        let joined = |id: &RoomId| self.rooms.get(*id).is_none();
        let joined: Vec<RoomId> = snapshot
            .rooms
            .iter()
            .map(|listed| listed.room.id)
            .filter(joined)
            .collect();
        for room in joined {
            self.may_read_again(room);
        }
        for room in self.rooms.replace(snapshot) {
            self.lose(room, step);
        }
        // Another database's list names nobody who is gone: whatever is held of a room that is not on it is let go.
        let unlisted = |room: &&RoomId| self.rooms.get(**room).is_none();
        let unlisted: Vec<RoomId> = self.timelines.keys().filter(unlisted).copied().collect();
        for room in unlisted {
            self.revoked(room, step);
            self.recent.retain(|recent| *recent != room);
        }
    }

    /// The server says that we may not read a room. Whether it is still on the list is said by the user's feed.
    pub(super) fn revoked(&mut self, room: RoomId, step: &mut Step) {
        self.connection.heard_of(FeedId::Room(room));
        let Some(timeline) = self.timelines.get_mut(&room) else {
            return;
        };
        timeline.forget();
        timeline.watch = Watch::Refused(step.now());
        step.outbox_changed |= timeline.queue.drop_stored();
        step.touch(Touched::Timeline(room));
        step.touch(Touched::Room(room));
    }

    /// A room came to the list: that it was refused before means nothing any more.
    pub(super) fn may_read_again(&mut self, room: RoomId) {
        self.left = self.left.filter(|left| *left != room);
        if let Some(timeline) = self.timelines.get_mut(&room)
            && matches!(timeline.watch, Watch::Refused(_))
        {
            timeline.watch = Watch::Off;
        }
    }

    /// A room left the list.
    pub(super) fn left(&mut self, room: RoomId, step: &mut Step) {
        if let Some(entry) = self.rooms.remembered(room) {
            self.lose(entry.room.clone(), step);
        }
    }

    fn lose(&mut self, room: Room, step: &mut Step) {
        self.revoked(room.id, step);
        self.recent.retain(|recent| *recent != room.id);
        if self
            .timelines
            .get(&room.id)
            .is_some_and(|timeline| timeline.queue.len() == 0)
        {
            self.timelines.remove(&room.id);
        }
        if self.open_room() == Some(room.id) {
            let leaving = Purpose::Deed(Deed::Leave(room.id));
            self.address = if self.left == Some(room.id) || self.is_waiting_for(&leaving) {
                Address::NotAMember(room)
            } else {
                Address::Removed(room)
            };
        }
    }
}
