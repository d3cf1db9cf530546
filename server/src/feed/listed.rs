//! The rooms that somebody on this node lists: where each stands, as far as its listeners were told. Only kept where a bus may lose
//! what would tell them.

use std::collections::HashMap;

use app::protocol::{RoomId, Seq};

/// All of them.
#[derive(Debug, Default)]
pub struct ListedRooms {
    rooms: HashMap<RoomId, Listed>,
}

#[derive(Debug)]
struct Listed {
    /// For a moment less than none: whoever lists and unlists a room in quick succession may be heard the wrong way round.
    listeners: i64,
    /// Up to here nothing is missing.
    position: Seq,
}

impl ListedRooms {
    /// One more listener, who knows where the room stood at `head`. Whether it is the first.
    pub fn list(&mut self, room: RoomId, head: Seq) -> bool {
        let listed = self.rooms.entry(room).or_insert(Listed {
            listeners: 0,
            position: head,
        });
        listed.listeners += 1;
        // What the new one does not know is told to all once more, which harms nobody.
        listed.position = listed.position.min(head);
        self.settle(room) && self.rooms.get(&room).is_some_and(|listed| listed.listeners == 1)
    }

    /// One listener less. Whether it was the last.
    pub fn unlist(&mut self, room: RoomId) -> bool {
        let listed = self.rooms.entry(room).or_insert(Listed {
            listeners: 0,
            position: Seq(u64::MAX),
        });
        listed.listeners -= 1;
        !self.settle(room)
    }

    /// Forgets a room without listeners. Whether it has some.
    fn settle(&mut self, room: RoomId) -> bool {
        if self.rooms.get(&room).is_some_and(|listed| listed.listeners == 0) {
            self.rooms.remove(&room);
        }
        self.contains(room)
    }

    /// Whether somebody lists it.
    pub fn contains(&self, room: RoomId) -> bool {
        self.rooms.get(&room).is_some_and(|listed| listed.listeners > 0)
    }

    /// What follows `after` and leads to `to` was told. Behind a hole it changes nothing: what is in the hole is still missing.
    pub fn told(&mut self, room: RoomId, after: Seq, to: Seq) {
        if let Some(listed) = self.rooms.get_mut(&room)
            && after <= listed.position
        {
            listed.position = listed.position.max(to);
        }
    }

    /// Where each stands.
    pub fn positions(&self) -> impl Iterator<Item = (RoomId, Seq)> {
        self.rooms.iter().map(|(room, listed)| (*room, listed.position))
    }

    /// Of these heads those that the listeners were not told of, each with the position from where on.
    pub fn behind(&self, heads: impl Iterator<Item = (RoomId, Seq)>) -> Vec<(RoomId, Seq)> {
        let behind = heads.filter_map(|(room, head)| {
            let position = self.rooms.get(&room)?.position;
            (position < head).then_some((room, position))
        });
        behind.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: RoomId = RoomId(1);

    fn behind(rooms: &ListedRooms, head: u64) -> Vec<(RoomId, Seq)> {
        rooms.behind([(ROOM, Seq(head))].into_iter())
    }

    #[test]
    fn the_first_listener_and_the_last_are_noticed_whatever_their_order() {
        let mut rooms = ListedRooms::default();
        assert!(rooms.list(ROOM, Seq(3)));
        assert!(!rooms.list(ROOM, Seq(3)));
        assert!(!rooms.unlist(ROOM));
        assert!(rooms.unlist(ROOM));
        rooms.unlist(ROOM);
        rooms.list(ROOM, Seq(3));
        assert!(!rooms.contains(ROOM), "they cancel each other");
        assert!(rooms.list(ROOM, Seq(3)));
    }

    #[test]
    fn what_is_behind_a_hole_does_not_hide_it() {
        let mut rooms = ListedRooms::default();
        rooms.list(ROOM, Seq(3));
        rooms.told(ROOM, Seq(3), Seq(4));
        assert!(behind(&rooms, 4).is_empty());
        rooms.told(ROOM, Seq(5), Seq(6));
        assert_eq!(behind(&rooms, 6), [(ROOM, Seq(4))]);
        rooms.told(ROOM, Seq(4), Seq(6));
        assert!(behind(&rooms, 6).is_empty());
    }

    #[test]
    fn a_new_listener_who_knows_less_is_told_the_rest() {
        let mut rooms = ListedRooms::default();
        rooms.list(ROOM, Seq(9));
        rooms.list(ROOM, Seq(7));
        assert_eq!(behind(&rooms, 9), [(ROOM, Seq(7))]);
    }
}
