//! A stretch of a feed as it leaves for connections, encoded once for all nodes, and the little that must be known about it
//! without reading it again.

use bytes::Bytes;
use serde::Serialize;

use app::protocol::{Activity, Changes, FeedId, Item, Message, RoomId, Seq, UserId};

/// A stretch of a feed, encoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Encoded {
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
    /// What came onto the person's list or left it, in a user feed.
    pub listings: Vec<Listing>,
    /// Where the room stands, when something was posted.
    pub activity: Option<Activity>,
    /// It only says how many members a large room has.
    pub is_count: bool,
}

/// A room that came onto somebody's list or left it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listing {
    /// Which room.
    pub room: RoomId,
    /// The head that the list tells; `None` when the room is on the list no longer.
    pub head: Option<Seq>,
}

impl Encoded {
    /// Encodes what was committed. More than one when somebody's membership ends before the last of it.
    pub fn all(changes: Changes) -> impl Iterator<Item = Self> {
        split_at_removals(changes).into_iter().map(Self::of)
    }

    fn of(changes: Changes) -> Self {
        let (activity, is_count) = (activity_of(&changes), is_count(&changes));
        let (left, listings) = (left(&changes), listings(&changes));
        Self {
            feed: changes.feed,
            after: changes.after,
            to: changes.to,
            json: frame_json(&without_rows_of_large_rooms(changes)),
            left,
            listings,
            activity,
            is_count,
        }
    }

    /// The same rows as the end of a longer stretch, for those that supersede all that is between. `None` when the frame does
    /// not begin as this program's do.
    pub fn led_from(&self, after: Seq) -> Option<Self> {
        let rows = self.json.strip_prefix(&*beginning(self.feed, self.after, self.to))?;
        let mut json = beginning(self.feed, after, self.to);
        json.extend_from_slice(rows);
        Some(Self {
            after,
            json: json.into(),
            ..self.clone()
        })
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

/// What a `changes` frame begins with, up to its rows.
fn beginning(feed: FeedId, after: Seq, to: Seq) -> Vec<u8> {
    format!(r#"{{"type":"changes","feed":"{feed}","after":{after},"to":{to},"items":"#).into_bytes()
}

/// Whose membership ends in these changes.
pub fn left(changes: &Changes) -> Vec<UserId> {
    let left = changes.items.iter().filter_map(|item| match item {
        Item::Member(member) if member.left => Some(member.user),
        _ => None,
    });
    left.collect()
}

/// What these changes say about somebody's list of rooms.
pub fn listings(changes: &Changes) -> Vec<Listing> {
    let listings = changes.items.iter().filter_map(|item| match item {
        Item::ListedRoom(listed) => Some(Listing {
            room: listed.room.id,
            head: (!listed.left).then_some(listed.head),
        }),
        _ => None,
    });
    listings.collect()
}

/// Where a room stands after these changes, when they post something. Edits of older messages say nothing of the newest.
pub fn activity_of(changes: &Changes) -> Option<Activity> {
    let posts = messages(changes).any(|message| message.edited_at.is_none() && !message.deleted);
    posts.then(|| activity_at_least(changes)).flatten()
}

/// The same for changes of a longer time, in which what was posted may have been edited since: the room stands there or further on.
pub fn activity_at_least(changes: &Changes) -> Option<Activity> {
    let FeedId::Room(room) = changes.feed else { return None };
    let newest = messages(changes).max_by_key(|message| message.number)?;
    Some(Activity {
        room,
        head: changes.to,
        posts: newest.number,
        last_posted_at: Some(newest.posted_at),
    })
}

fn messages(changes: &Changes) -> impl Iterator<Item = &Message> {
    changes.items.iter().filter_map(|item| match item {
        Item::Message(message) => Some(message),
        _ => None,
    })
}

/// Somebody came or went, and the room is so large that only the count is told.
pub fn is_count(changes: &Changes) -> bool {
    let (mut members, mut large) = (false, false);
    for item in &changes.items {
        match item {
            Item::Member(_) => members = true,
            Item::Room(room) => large = room.large,
            _ => return false,
        }
    }
    members && large
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
pub fn without_rows_of_large_rooms(mut changes: Changes) -> Changes {
    if changes
        .items
        .iter()
        .any(|item| matches!(item, Item::Room(room) if room.large))
    {
        changes.items.retain(|item| !matches!(item, Item::Member(_)));
    }
    changes
}

#[cfg(test)]
mod tests {
    use app::protocol::{Number, ServerFrame, Timestamp};

    use super::*;
    use crate::bus::samples::{changes, member, message, user};

    #[test]
    fn the_borrowed_frame_is_the_frame() {
        let changes = changes(1, 2, vec![user(1, 2)]);
        let frame: ServerFrame = serde_json::from_slice(&frame_json(&changes)).expect("it is a frame");
        assert_eq!(frame, ServerFrame::Changes(changes));
    }

    #[test]
    fn nothing_after_a_removal_shares_its_bytes() {
        let all = changes(
            0,
            4,
            vec![user(1, 1), member(7, 2, true), user(2, 3), member(8, 4, true)],
        );
        let parts = split_at_removals(all.clone());
        assert_eq!(
            parts,
            [
                changes(0, 2, vec![user(1, 1), member(7, 2, true)]),
                changes(2, 4, vec![user(2, 3), member(8, 4, true)])
            ]
        );
        let encoded: Vec<Encoded> = Encoded::all(all).collect();
        assert_eq!(encoded[0].left, [UserId(7)]);
        assert_eq!(encoded[1].left, [UserId(8)]);
        assert_eq!(encoded[1].json, frame_json(&parts[1]));
    }

    #[test]
    fn posts_move_a_rooms_activity_and_edits_do_not() {
        let edited = |number, changed| {
            let mut row = message(number, changed);
            if let Item::Message(message) = &mut row {
                message.edited_at = Some(Timestamp(9));
            }
            row
        };
        let posts = |activity: Option<Activity>| activity.map(|activity| activity.posts);
        let edit = changes(5, 6, vec![edited(2, 6)]);
        assert_eq!(posts(activity_of(&edit)), None);
        assert_eq!(posts(activity_at_least(&edit)), Some(Number(2)));
        // Both were posted in it, and the newer one edited.
        let both = changes(5, 8, vec![message(3, 6), edited(4, 8)]);
        assert_eq!(posts(activity_of(&both)), Some(Number(4)));
    }

    #[test]
    fn a_frame_can_be_led_from_an_earlier_position() {
        let short = Encoded::of(changes(7, 9, vec![user(1, 9)]));
        let long = short.led_from(Seq(3)).expect("it is this program's");
        assert_eq!((long.after, long.to), (Seq(3), Seq(9)));
        assert_eq!(long.json, frame_json(&changes(3, 9, vec![user(1, 9)])));
        let foreign = Encoded {
            json: Bytes::from_static(b"{}"),
            ..short
        };
        assert_eq!(foreign.led_from(Seq(3)), None);
    }
}
