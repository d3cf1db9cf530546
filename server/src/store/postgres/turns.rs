//! Whose turn it is. Calls wait in lanes, one for each room. A transaction takes along whatever waits in any of them, but for rooms
//! that another one of this node has under way: their locks would only make it wait, with a connection in hand.
//!
//! What goes together fails together. So rooms of a group that failed go by themselves, until each has had a success: the room of
//! which the failure was then troubles nobody else, however long that lasts.

use std::collections::{BTreeSet, HashMap, VecDeque};

use app::protocol::RoomId;

use super::lanes::Waiting;

/// Messages in one transaction. One call goes in whole, however many it has.
pub(super) const GROUP: usize = 512;
/// Transactions under way that take several rooms along. One, two and four were equally fast; with two, a group that waits for a
/// lock does not hold up whoever comes behind it.
pub(super) const TOGETHER: usize = 2;
/// Transactions under way for a single room each. They may all wait for locks, and leave most connections to the others.
pub(super) const ALONE: usize = 4;

/// How a room goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Manner {
    /// With all others that wait.
    #[default]
    Together,
    /// By itself.
    Alone,
}

/// All rooms in which something waits or is under way, and those that have to go alone.
#[derive(Default)]
pub(super) struct RoomTurns {
    lanes: HashMap<RoomId, Lane>,
    together: Workers,
    alone: Workers,
}

/// A room.
#[derive(Default)]
struct Lane {
    waiting: VecDeque<Waiting>,
    is_under_way: bool,
    manner: Manner,
}

/// Those who carry in one manner.
#[derive(Default)]
struct Workers {
    /// Rooms in which something waits and nothing is under way, in the order of their turns.
    ready: VecDeque<RoomId>,
    /// How many are at work.
    running: usize,
}

impl RoomTurns {
    /// The last in the lane of its room.
    pub(super) fn join(&mut self, waiting: Waiting) {
        let room = waiting.call.standing.room;
        let lane = self.lanes.entry(room).or_default();
        lane.waiting.push_back(waiting);
        if lane.waiting.len() == 1 && !lane.is_under_way {
            let manner = lane.manner;
            self.workers(manner).ready.push_back(room);
        }
    }

    /// Whether one more is needed to carry in this manner. Whoever is taken on asks for [`RoomTurns::next`] until nobody is next.
    pub(super) fn start(&mut self, manner: Manner) -> bool {
        let most = match manner {
            Manner::Together => TOGETHER,
            Manner::Alone => ALONE,
        };
        let workers = self.workers(manner);
        let is_needed = !workers.ready.is_empty() && workers.running < most;
        workers.running += usize::from(is_needed);
        is_needed
    }

    /// Whoever goes next, each room's in the order in which they came; their rooms are under way until [`RoomTurns::done`] or
    /// [`RoomTurns::put_back`]. When nobody waits, whoever asked goes home.
    pub(super) fn next(&mut self, manner: Manner) -> Option<Vec<Waiting>> {
        let workers = match manner {
            Manner::Together => &mut self.together,
            Manner::Alone => &mut self.alone,
        };
        let (mut group, mut messages) = (Vec::new(), 0);
        while let Some(room) = workers.ready.front() {
            let lane = self.lanes.get_mut(room).expect("something waits in it");
            while let Some(first) = lane.waiting.front() {
                messages += first.call.messages.len();
                if messages > GROUP && !group.is_empty() {
                    return Some(group);
                }
                group.extend(lane.waiting.pop_front());
                if !lane.is_under_way {
                    lane.is_under_way = true;
                    workers.ready.pop_front();
                }
            }
            if manner == Manner::Alone {
                break;
            }
        }
        if group.is_empty() {
            workers.running -= 1;
            return None;
        }
        Some(group)
    }

    /// Nothing of these rooms is under way any more. What waits in them will go in this manner.
    pub(super) fn done(&mut self, rooms: &BTreeSet<RoomId>, manner: Manner) {
        for room in rooms {
            let Some(lane) = self.lanes.get_mut(room) else { continue };
            (lane.is_under_way, lane.manner) = (false, manner);
            if !lane.waiting.is_empty() {
                self.workers(manner).ready.push_back(*room);
            } else if manner == Manner::Together {
                self.lanes.remove(room);
            }
        }
    }

    /// The group was in vain. Its rooms will go by themselves, with the same calls first.
    pub(super) fn put_back(&mut self, group: Vec<Waiting>) {
        let rooms = rooms(&group);
        for waiting in group.into_iter().rev() {
            let lane = self.lanes.entry(waiting.call.standing.room).or_default();
            lane.waiting.push_front(waiting);
        }
        self.done(&rooms, Manner::Alone);
    }

    fn workers(&mut self, manner: Manner) -> &mut Workers {
        match manner {
            Manner::Together => &mut self.together,
            Manner::Alone => &mut self.alone,
        }
    }
}

/// The rooms of a group.
pub(super) fn rooms(group: &[Waiting]) -> BTreeSet<RoomId> {
    group.iter().map(|waiting| waiting.call.standing.room).collect()
}
