//! What a reader gets: pages, snapshots, changes.

use super::*;

impl Server {
    pub(super) fn page(&self, place: &Place, before: Option<Number>) -> Page {
        let posts = Number(place.messages.len() as u64);
        let end = before.map_or(posts.0, |before| (before.0 - 1).min(posts.0));
        let start = end.saturating_sub(SNAPSHOT_MESSAGES as u64);
        let range = usize::try_from(start).unwrap()..usize::try_from(end).unwrap();
        let messages = place.messages[range].to_vec();
        Page {
            posts,
            messages,
            users: self.users.values().cloned().collect(),
        }
    }

    pub(in crate::state::tests) fn room_snapshot(&self, room: RoomId) -> RoomSnapshot {
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
    pub(in crate::state::tests) fn snapshot(&self, room: Option<RoomId>) -> Snapshot {
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
    pub(in crate::state::tests) fn activities(&self) -> Vec<Activity> {
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

    pub(in crate::state::tests) fn head(&self, feed: FeedId) -> Seq {
        match feed {
            FeedId::Room(room) => self.rooms.get(&room).map_or(Seq(0), |place| place.head),
            FeedId::User(_) => self.list,
            FeedId::Community => self.community,
        }
    }

    /// How a reader goes on in a feed.
    pub(in crate::state::tests) fn resume(&self, feed: FeedId, epoch_holds: bool, position: Option<Seq>) -> Resumed {
        if let FeedId::Room(room) = feed
            && !self.is_member(ME, room)
        {
            return Resumed::Revoked;
        }
        let head = self.head(feed);
        let reason = match position.filter(|_| epoch_holds) {
            None => GapReason::First,
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
