//! `changes`: rows of one feed, as they now stand.

use crate::protocol::{Changes, FeedId, Item, Member, Message, RoomId, Seq};
use crate::state::{State, Touched, rooms::Listing, timeline::Watch};

use super::step::Step;

impl State {
    /// Applies what is new, ignores what is known, asks for what is missing.
    pub(super) fn apply(&mut self, changes: Changes, step: &mut Step) {
        let Changes { feed, after, to, items } = changes;
        if !self.follows(feed) {
            return;
        }
        let Some(position) = self.position(feed).filter(|position| after <= *position) else {
            self.ask_from_here(feed, step);
            return;
        };
        self.connection.heard_of(feed);
        if let FeedId::Room(room) = feed {
            self.timeline_mut(room).watch = Watch::On;
        }
        if to <= position {
            return;
        }
        match feed {
            FeedId::Room(room) => self.apply_to_room(room, to, items, step),
            FeedId::User(_) => {
                self.user_position = Some(to);
                items.into_iter().for_each(|item| self.apply_to_list(item, step));
            }
            FeedId::Community => {
                self.community_position = Some(to);
                items.into_iter().for_each(|item| self.apply_to_people(item, step));
            }
        }
    }

    /// Whether a feed's changes are of interest: late ones of a room that is not watched any more are not.
    pub(super) fn follows(&self, feed: FeedId) -> bool {
        match feed {
            FeedId::Room(room) => self
                .timelines
                .get(&room)
                .is_some_and(|timeline| matches!(timeline.watch, Watch::On | Watch::Asked(_))),
            FeedId::User(user) => self.my_id() == Some(user),
            FeedId::Community => true,
        }
    }

    fn apply_to_room(&mut self, room: RoomId, to: Seq, items: Vec<Item>, step: &mut Step) {
        self.timeline_mut(room).position = Some(to);
        self.rooms.reaches(room, to);
        let mut is_removed = false;
        for item in items {
            match item {
                Item::Message(message) => self.apply_message(room, message, step),
                Item::Member(member) => {
                    if Some(member.user) == self.my_id() && member.left {
                        is_removed = true;
                    }
                    self.apply_member(room, member, step);
                }
                Item::Room(row) => {
                    if row.large {
                        // Nothing would keep the list true any more.
                        self.timeline_mut(room).members.clear();
                    }
                    if row.id == room && self.rooms.describe(row) {
                        step.touch(Touched::Rooms);
                        step.touch(Touched::Room(room));
                    }
                }
                Item::ListedRoom(_) | Item::ReadMarker(_) | Item::User(_) => {}
            }
        }
        if self.timeline_mut(room).queue.drop_seen(to) {
            step.outbox_changed = true;
            step.touch(Touched::Timeline(room));
        }
        if is_removed {
            self.revoked(room, step);
        } else if self.open_room() != Some(room) {
            self.timeline_mut(room).grew_in_background();
        }
    }

    fn apply_message(&mut self, room: RoomId, message: Message, step: &mut Step) {
        step.touch(Touched::Timeline(room));
        self.people.want(message.author);
        if self.people.stops_typing(room, message.author) {
            step.touch(Touched::Typing(room));
        }
        let is_mine = Some(message.author) == self.my_id();
        if let Some(entry) = self.rooms.get_mut(room) {
            let moved = entry.advance(message.changed, message.number, Some(message.posted_at));
            let read = is_mine && entry.read_by_posting(message.number, step.now());
            if moved || read {
                step.touch(Touched::Rooms);
            }
        }
        if self.timeline_mut(room).upsert(message) {
            step.outbox_changed = true;
        }
    }

    fn apply_member(&mut self, room: RoomId, member: Member, step: &mut Step) {
        step.touch(Touched::Room(room));
        if !member.left {
            self.people.want(member.user);
        } else if self.people.stops_typing(room, member.user) {
            step.touch(Touched::Typing(room));
        }
        self.timeline_mut(room).upsert_member(member);
    }

    fn apply_to_list(&mut self, item: Item, step: &mut Step) {
        step.touch(Touched::Rooms);
        match item {
            Item::ListedRoom(row) => {
                let room = row.room.id;
                step.touch(Touched::Room(room));
                match self.rooms.list(row) {
                    Listing::Joined => self.may_read_again(room),
                    Listing::Left => self.left(room, step),
                    Listing::Same => {}
                }
            }
            Item::ReadMarker(marker) => {
                if let Some(entry) = self.rooms.get_mut(marker.room) {
                    entry.read_is_stored(marker.read);
                }
            }
            Item::Message(_) | Item::Member(_) | Item::Room(_) | Item::User(_) => {}
        }
    }

    fn apply_to_people(&mut self, item: Item, step: &mut Step) {
        let Item::User(user) = item else { return };
        if self.learn(user) {
            step.touch(Touched::People);
        }
    }
}
