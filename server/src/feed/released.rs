//! What leaves a feed: bytes, and the little that the hub must know about them.

use std::collections::HashSet;

use bytes::Bytes;
use serde::Serialize;

use app::protocol::{Activity, Changes, FeedId, Item, Number, RoomId, Seq, UserId, limits::MEMBER_ROWS};

use crate::ids::SessionId;

/// Where feeds lead to: the hub. Called from one task, in order.
pub trait Outlet: Send + Sync + 'static {
    /// The next changes of a feed, without a hole before them.
    fn release(&self, released: Released);
    /// Where a room stands, in no order.
    fn activity(&self, activity: Activity);
    /// Somebody writes.
    fn typing(&self, room: RoomId, user: UserId);
    /// A session ended.
    fn session_ended(&self, session: SessionId);
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
    /// The `changes` frame as JSON, without a WebSocket header.
    pub json: Bytes,
    /// Whose membership ends with `to`: they get these bytes, and none after them.
    pub left: Vec<UserId>,
    /// Rooms that came onto the person's list (true) or left it, in a user feed.
    pub listings: Vec<(RoomId, bool)>,
}

impl Released {
    /// Encodes one stretch.
    pub fn from(changes: Changes) -> Self {
        let left = changes.items.iter().filter_map(|item| match item {
            Item::Member(member) if member.left => Some(member.user),
            _ => None,
        });
        let listings = changes.items.iter().filter_map(|item| match item {
            Item::ListedRoom(listed) => Some((listed.room.id, !listed.left)),
            _ => None,
        });
        let (left, listings) = (left.collect(), listings.collect());
        let changes = without_rows_of_large_rooms(changes);
        let json = frame_json(&changes);
        Self {
            feed: changes.feed,
            after: changes.after,
            to: changes.to,
            json,
            left,
            listings,
        }
    }
}

/// The JSON of a `changes` frame.
pub fn frame_json(changes: &Changes) -> Bytes {
    /// `ServerFrame::Changes`, borrowed.
    #[derive(Serialize)]
    struct Frame<'a> {
        r#type: &'static str,
        #[serde(flatten)]
        changes: &'a Changes,
    }
    serde_json::to_vec(&Frame {
        r#type: "changes",
        changes,
    })
    .expect("protocol types always serialise")
    .into()
}

/// Where a room stands after these changes, when they post something.
pub fn activity_of(changes: &Changes) -> Option<Activity> {
    let FeedId::Room(room) = changes.feed else { return None };
    let newest = changes.items.iter().filter_map(|item| match item {
        Item::Message(message) => Some(message),
        _ => None,
    });
    let newest = newest.max_by_key(|message| message.number)?;
    Some(Activity {
        room,
        head: changes.to,
        posts: newest.number,
        last_posted_at: Some(newest.posted_at),
    })
}

/// Joins neighbours into one stretch; of a row that changed twice only the later state stays.
pub fn merge(parts: Vec<Changes>) -> Option<Changes> {
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

/// Cuts behind each removal, so that nothing after it shares its bytes.
pub fn split_at_removals(changes: Changes) -> Vec<Changes> {
    let cuts = changes.items.iter().filter_map(|item| match item {
        Item::Member(member) if member.left && member.changed < changes.to => Some(member.changed),
        _ => None,
    });
    let cuts: Vec<Seq> = cuts.collect();
    let mut parts = Vec::with_capacity(cuts.len() + 1);
    let Changes {
        feed,
        mut after,
        to,
        mut items,
    } = changes;
    for cut in cuts {
        let rest = items.split_off(items.partition_point(|item| item.changed() <= cut));
        parts.push(Changes {
            feed,
            after,
            to: cut,
            items: std::mem::replace(&mut items, rest),
        });
        after = cut;
    }
    parts.push(Changes { feed, after, to, items });
    parts
}

/// Large rooms carry a count (in the room's row) instead of member rows.
fn without_rows_of_large_rooms(mut changes: Changes) -> Changes {
    let large = |item: &Item| matches!(item, Item::Room(room) if room.members > MEMBER_ROWS);
    if changes.items.iter().any(large) {
        changes.items.retain(|item| !matches!(item, Item::Member(_)));
    }
    changes
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
    use app::protocol::{Member, Role, ServerFrame, Timestamp, User};

    use super::*;

    fn user(id: u64, changed: u64) -> Item {
        Item::User(User {
            id: UserId(id),
            name: format!("name {changed}"),
            changed: Seq(changed),
        })
    }

    fn member(id: u64, changed: u64, left: bool) -> Item {
        let (user, changed) = (UserId(id), Seq(changed));
        Item::Member(Member {
            user,
            role: Role::Member,
            joined_at: Timestamp(0),
            left,
            changed,
        })
    }

    fn changes(after: u64, to: u64, items: Vec<Item>) -> Changes {
        Changes {
            feed: FeedId::Room(RoomId(1)),
            after: Seq(after),
            to: Seq(to),
            items,
        }
    }

    #[test]
    fn the_borrowed_frame_is_the_frame() {
        let changes = changes(1, 2, vec![user(1, 2)]);
        let frame: ServerFrame = serde_json::from_slice(&frame_json(&changes)).expect("it is a frame");
        assert_eq!(frame, ServerFrame::Changes(changes));
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
    fn nothing_after_a_removal_shares_its_bytes() {
        let all = changes(
            0,
            4,
            vec![user(1, 1), member(7, 2, true), user(2, 3), member(8, 4, true)],
        );
        let parts = split_at_removals(all);
        assert_eq!(
            parts,
            [
                changes(0, 2, vec![user(1, 1), member(7, 2, true)]),
                changes(2, 4, vec![user(2, 3), member(8, 4, true)])
            ]
        );
        assert_eq!(Released::from(parts[0].clone()).left, [UserId(7)]);
    }
}
