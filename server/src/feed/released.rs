//! What leaves a feed: bytes, and the little that the hub must know about them.

use std::{collections::HashSet, sync::Arc};

use bytes::Bytes;
use smallvec::{SmallVec, smallvec};

use app::protocol::{
    Activity, Changes, FeedId, Item, Number, RoomId, Seq, UserId,
    limits::{PAGE_BYTES, PAGE_ROWS},
};

use super::stretch::Stretch;
use crate::{
    bus::{self, Announcement, Encoded, Listing},
    ids::{NodeId, SessionId},
};

/// Bytes of several frames that leave together, unless one alone has more: a reader's queue that is nearly empty takes them.
const TOGETHER: usize = PAGE_BYTES;

/// Where feeds lead to: the hub. Called from one task, in order.
pub trait Outlet: Send + Sync + 'static {
    /// The next changes of a feed, without a hole before them. Gives what tells them, when that is too much to be done in one go.
    fn release(&self, released: Released) -> Option<Box<dyn Rest>>;
    /// Where a room stands, in no order.
    fn activity(&self, activity: Activity);
    /// Some of the former may have been lost, and nobody knows which.
    fn activities_lost(&self);
    /// Somebody writes. Gives what tells the others of it, when there are too many to be told in one go.
    fn typing(&self, room: RoomId, user: UserId) -> Option<Box<dyn Rest>>;
    /// A session ended.
    fn session_ended(&self, session: SessionId);
    /// Another node says who is on it.
    fn announced(&self, node: NodeId, announcement: Announcement);
    /// The sessions of all that is connected now.
    fn sessions(&self) -> Vec<SessionId>;
}

/// Many readers who have still to be told what was released.
pub trait Rest: Send {
    /// Tells some of them, for a millisecond or two. Whether others are left.
    fn go_on(&mut self) -> bool;
}

/// A stretch of a feed, encoded.
#[derive(Clone, Debug)]
pub struct Released {
    /// Which feed.
    pub feed: FeedId,
    /// The position it follows.
    pub after: Seq,
    /// The position it leads to.
    pub to: Seq,
    /// The `changes` frames as JSON, without WebSocket headers. One, unless several that were encoded already leave together.
    pub frames: SmallVec<[Bytes; 1]>,
    /// Whose membership ends with `to`: they get these bytes, and none after them.
    pub left: Vec<UserId>,
    /// Rooms that came onto the person's list or left it, in a user feed.
    pub listings: Vec<Listing>,
}

impl Released {
    /// Encodes one stretch.
    pub fn from(changes: Changes) -> Self {
        let (left, listings) = (bus::left(&changes), bus::listings(&changes));
        let changes = bus::without_rows_of_large_rooms(changes);
        Self {
            feed: changes.feed,
            after: changes.after,
            to: changes.to,
            frames: smallvec![bus::frame_json(&changes)],
            left,
            listings,
        }
    }

    fn from_encoded(encoded: Encoded) -> Self {
        Self {
            feed: encoded.feed,
            after: encoded.after,
            to: encoded.to,
            frames: smallvec![encoded.json],
            left: encoded.left,
            listings: encoded.listings,
        }
    }

    /// Whether a frame may share this one's bytes: nothing may that comes after a removal.
    fn has_room_for(&self, encoded: &Encoded) -> bool {
        let bytes: usize = self.frames.iter().map(Bytes::len).sum();
        self.left.is_empty() && bytes + encoded.json.len() <= TOGETHER
    }

    fn join(&mut self, encoded: Encoded) {
        self.to = encoded.to;
        self.frames.push(encoded.json);
        self.left = encoded.left;
        self.listings.extend(encoded.listings);
    }
}

/// Hands over what leaves at one go, in order: rows merged into as few frames as may be, frames as they are, several in one write.
pub fn leave(stretches: Vec<Stretch>, mut outward: impl FnMut(Released)) {
    let (mut rows, mut frames) = (Vec::new(), Vec::new());
    for stretch in stretches {
        match stretch {
            Stretch::Rows(changes) => {
                joined(std::mem::take(&mut frames)).into_iter().for_each(&mut outward);
                rows.push(Arc::unwrap_or_clone(changes));
            }
            Stretch::Frame(encoded) => {
                merged(std::mem::take(&mut rows)).for_each(&mut outward);
                frames.push(Arc::unwrap_or_clone(encoded));
            }
        }
    }
    merged(rows).for_each(&mut outward);
    joined(frames).into_iter().for_each(outward);
}

fn merged(rows: Vec<Changes>) -> impl Iterator<Item = Released> {
    portions(rows)
        .into_iter()
        .filter_map(merge)
        .flat_map(bus::split_at_removals)
        .map(Released::from)
}

/// As much together as one `changes` may carry; a stretch by itself may be as long as it is.
fn portions(rows: Vec<Changes>) -> Vec<Vec<Changes>> {
    let mut portions: Vec<Vec<Changes>> = Vec::new();
    let (mut items, mut bytes) = (0, 0);
    for changes in rows {
        let (more_items, more_bytes) = (changes.items.len(), text_bytes(&changes));
        match portions.last_mut() {
            Some(portion) if items + more_items <= PAGE_ROWS && bytes + more_bytes <= PAGE_BYTES => {
                portion.push(changes);
                (items, bytes) = (items + more_items, bytes + more_bytes);
            }
            _ => {
                portions.push(vec![changes]);
                (items, bytes) = (more_items, more_bytes);
            }
        }
    }
    portions
}

/// What people wrote is nearly all that can be long.
fn text_bytes(changes: &Changes) -> usize {
    let texts = changes.items.iter().map(|item| match item {
        Item::Message(message) => message.body.len(),
        _ => 0,
    });
    texts.sum()
}

fn joined(frames: Vec<Encoded>) -> Vec<Released> {
    let mut joined: Vec<Released> = Vec::new();
    for encoded in newest_counts(frames) {
        match joined.last_mut() {
            Some(last) if last.has_room_for(&encoded) => last.join(encoded),
            _ => joined.push(Released::from_encoded(encoded)),
        }
    }
    joined
}

/// Of counts that follow each other only the last is told, as it would be of rows.
fn newest_counts(frames: Vec<Encoded>) -> Vec<Encoded> {
    let mut newest: Vec<Encoded> = Vec::with_capacity(frames.len());
    for encoded in frames {
        let superseded = newest
            .last()
            .filter(|last| last.is_count && encoded.is_count && last.left.is_empty());
        match superseded.and_then(|last| encoded.led_from(last.after)) {
            Some(longer) => {
                newest.pop();
                newest.push(longer);
            }
            None => newest.push(encoded),
        }
    }
    newest
}

/// Joins neighbours into one stretch; of a row that changed twice only the later state stays.
fn merge(parts: Vec<Changes>) -> Option<Changes> {
    let mut parts = parts.into_iter();
    let mut merged = parts.next()?;
    let mut joined = false;
    for part in parts {
        merged.to = part.to;
        merged.items.extend(part.items);
        joined = true;
    }
    if joined {
        let mut seen = HashSet::new();
        let mut kept: Vec<Item> = std::mem::take(&mut merged.items)
            .into_iter()
            .rev()
            .filter(|item| seen.insert(key(item)))
            .collect();
        kept.reverse();
        merged.items = kept;
    }
    Some(merged)
}

/// What makes two items the same row.
#[derive(PartialEq, Eq, Hash)]
enum Key {
    Message(Number),
    Member(UserId),
    Room,
    ListedRoom(RoomId),
    ReadMarker(RoomId),
    User(UserId),
}

fn key(item: &Item) -> Key {
    match item {
        Item::Message(row) => Key::Message(row.number),
        Item::Member(row) => Key::Member(row.user),
        Item::Room(_) => Key::Room,
        Item::ListedRoom(row) => Key::ListedRoom(row.room.id),
        Item::ReadMarker(row) => Key::ReadMarker(row.room),
        Item::User(row) => Key::User(row.id),
    }
}

#[cfg(test)]
mod tests {
    use app::protocol::ServerFrame;

    use super::*;
    use crate::bus::samples::{changes, member, message, room, user};

    /// The row of a room that is too large to name its members.
    fn crowd(changed: u64) -> Item {
        room(5_000 + changed, changed)
    }

    fn frames(changes: Changes) -> Vec<Stretch> {
        Encoded::all(changes)
            .map(|encoded| Stretch::Frame(encoded.into()))
            .collect()
    }

    fn leaving(stretches: Vec<Stretch>) -> Vec<Released> {
        let mut leaving = Vec::new();
        leave(stretches, |released| leaving.push(released));
        leaving
    }

    fn spans(leaving: &[Released]) -> Vec<(u64, u64, usize)> {
        leaving
            .iter()
            .map(|released| (released.after.0, released.to.0, released.frames.len()))
            .collect()
    }

    /// What a connection is told by these bytes.
    fn told(released: &Released) -> Vec<Changes> {
        let read = released.frames.iter().map(|json| serde_json::from_slice(json).unwrap());
        read.map(|frame| match frame {
            ServerFrame::Changes(changes) => changes,
            other => panic!("{other:?}"),
        })
        .collect()
    }

    #[test]
    fn neighbours_are_joined_and_the_later_state_of_a_row_stays() {
        let merged = merge(vec![
            changes(0, 1, vec![user(1, 1)]),
            changes(1, 2, vec![user(2, 2)]),
            changes(2, 3, vec![user(1, 3)]),
        ]);
        assert_eq!(merged, Some(changes(0, 3, vec![user(2, 2), user(1, 3)])));
    }

    #[test]
    fn frames_leave_as_they_are_and_together() {
        let mut stretches = frames(changes(0, 1, vec![user(1, 1)]));
        stretches.extend(frames(changes(1, 2, vec![user(1, 2)])));
        let leaving = leaving(stretches);
        assert_eq!(spans(&leaving), [(0, 2, 2)]);
        assert_eq!(
            told(&leaving[0]),
            [changes(0, 1, vec![user(1, 1)]), changes(1, 2, vec![user(1, 2)])]
        );
    }

    #[test]
    fn nothing_after_a_removal_leaves_with_it_be_it_rows_or_frames() {
        let mut stretches = frames(changes(0, 1, vec![user(1, 1)]));
        stretches.extend(frames(changes(1, 2, vec![member(7, 2, true)])));
        stretches.extend(frames(changes(2, 3, vec![user(1, 3)])));
        stretches.push(changes(3, 4, vec![member(8, 4, true)]).into());
        stretches.push(changes(4, 5, vec![user(1, 5)]).into());
        stretches.extend(frames(changes(5, 6, vec![user(1, 6)])));
        let leaving = leaving(stretches);
        assert_eq!(spans(&leaving), [(0, 2, 2), (2, 3, 1), (3, 4, 1), (4, 5, 1), (5, 6, 1)]);
        assert_eq!(leaving[0].left, [UserId(7)]);
        assert_eq!(leaving[2].left, [UserId(8)]);
    }

    #[test]
    fn of_many_counts_the_newest_is_told() {
        let mut stretches = Vec::new();
        for seq in 1..=4 {
            stretches.extend(frames(changes(
                seq - 1,
                seq,
                vec![member(seq, seq, seq == 3), crowd(seq)],
            )));
        }
        let leaving = leaving(stretches);
        // Whoever left at 3 gets nothing behind it, so the count is told there, too.
        assert_eq!(spans(&leaving), [(0, 3, 1), (3, 4, 1)]);
        assert_eq!(told(&leaving[0]), [changes(0, 3, vec![crowd(3)])]);
        assert_eq!(leaving[0].left, [UserId(3)]);
    }

    #[test]
    fn what_leaves_together_is_bounded() {
        let long = |seq| {
            let mut row = user(1, seq);
            if let Item::User(user) = &mut row {
                user.name = "x".repeat(TOGETHER / 2);
            }
            frames(changes(seq - 1, seq, vec![row]))
        };
        let stretches = (1..=3).flat_map(long).collect();
        assert_eq!(spans(&leaving(stretches)), [(0, 1, 1), (1, 2, 1), (2, 3, 1)]);
    }

    #[test]
    fn rows_are_joined_until_a_frame_is_full() {
        let long = |seq| {
            let mut row = message(seq, seq);
            if let Item::Message(message) = &mut row {
                message.body = "x".repeat(PAGE_BYTES / 2);
            }
            changes(seq - 1, seq, vec![row]).into()
        };
        assert_eq!(
            spans(&leaving((1..=5).map(long).collect())),
            [(0, 2, 1), (2, 4, 1), (4, 5, 1)]
        );
        let short = (1..=PAGE_ROWS as u64 + 1).map(|seq| changes(seq - 1, seq, vec![message(seq, seq)]).into());
        let rows = PAGE_ROWS as u64;
        assert_eq!(spans(&leaving(short.collect())), [(0, rows, 1), (rows, rows + 1, 1)]);
    }
}
