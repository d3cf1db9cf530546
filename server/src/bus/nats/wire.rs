//! What travels, as bytes: one for the version, one for the kind, the node that speaks, and then what the kind needs. Numbers are
//! big-endian. Of changes there is a small header, and behind it the frame for connections as it is.
//!
//! Whatever is not exactly this is `None`: another version's node says nothing that this one could misunderstand.

use bytes::{Buf, BufMut, Bytes, BytesMut};

use app::protocol::{Activity, FeedId, Number, RoomId, Seq, Timestamp, UserId};

use super::spent;
use crate::{
    bus::{Announcement, Encoded, Listing, Spending},
    ids::{NodeId, SessionId},
};

/// Changes with each change of what is written here.
const VERSION: u8 = 2;

/// Something that a node says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// Something was committed.
    Changes(Encoded),
    /// Somebody writes in a room.
    Typing(RoomId, UserId),
    /// A session ended; with the asker's own number for the question whether its connections are closed.
    SessionEnded(SessionId, u64),
    /// What was asked under this number is done.
    Answer(u64),
    /// Who is connected.
    Announcement(Announcement),
    /// What people have spent.
    Spending(Vec<Spending>),
    /// Means nothing: by its return a node knows that all that it asked of the server before is done.
    Marker(u64),
}

/// Numbers of the kinds.
mod kind {
    pub const CHANGES: u8 = 0;
    pub const TYPING: u8 = 1;
    pub const SESSION_ENDED: u8 = 2;
    pub const ANSWER: u8 = 3;
    pub const EVERYBODY: u8 = 4;
    pub const FLIPS: u8 = 5;
    pub const LEAVING: u8 = 6;
    pub const MARKER: u8 = 7;
    pub const SPENDING: u8 = 8;
}

/// Bits of the byte that says what is in a header of changes.
mod flag {
    pub const COUNT: u8 = 1;
    pub const ACTIVITY: u8 = 2;
    pub const POSTED_AT: u8 = 4;
}

/// As bytes.
pub fn encode(node: NodeId, message: &Message) -> Bytes {
    let mut bytes = BytesMut::with_capacity(message.size());
    bytes.put_u8(VERSION);
    bytes.put_u8(message.kind());
    bytes.put_u64(node.0);
    match message {
        Message::Changes(encoded) => put_changes(&mut bytes, encoded),
        Message::Typing(room, user) => {
            bytes.put_u64(room.0);
            bytes.put_u64(user.0);
        }
        Message::SessionEnded(session, number) => {
            bytes.put_u64(session.0);
            bytes.put_u64(*number);
        }
        Message::Answer(number) | Message::Marker(number) => bytes.put_u64(*number),
        Message::Announcement(announcement) => put_announcement(&mut bytes, announcement),
        Message::Spending(spending) => {
            bytes.put_u32(length(spending.len()));
            spending.iter().for_each(|spending| spent::put(&mut bytes, *spending));
        }
    }
    bytes.freeze()
}

/// From bytes.
pub fn decode(mut bytes: Bytes) -> Option<(NodeId, Message)> {
    let bytes = &mut bytes;
    if u8(bytes)? != VERSION {
        return None;
    }
    let (kind, node) = (u8(bytes)?, NodeId(u64(bytes)?));
    let message = match kind {
        kind::CHANGES => Message::Changes(changes(bytes)?),
        kind::TYPING => Message::Typing(RoomId(u64(bytes)?), UserId(u64(bytes)?)),
        kind::SESSION_ENDED => Message::SessionEnded(SessionId(u64(bytes)?), u64(bytes)?),
        kind::ANSWER => Message::Answer(u64(bytes)?),
        kind::EVERYBODY => Message::Announcement(everybody(bytes)?),
        kind::FLIPS => Message::Announcement(Announcement::Flips {
            came: users(bytes)?,
            went: users(bytes)?,
        }),
        kind::LEAVING => Message::Announcement(Announcement::Leaving),
        kind::MARKER => Message::Marker(u64(bytes)?),
        kind::SPENDING => {
            let count = count(bytes, spent::BYTES)?;
            let spending: Option<_> = (0..count).map(|_| spent::take(bytes)).collect();
            Message::Spending(spending?)
        }
        _ => return None,
    };
    bytes.is_empty().then_some((node, message))
}

impl Message {
    fn kind(&self) -> u8 {
        match self {
            Self::Changes(_) => kind::CHANGES,
            Self::Typing(..) => kind::TYPING,
            Self::SessionEnded(..) => kind::SESSION_ENDED,
            Self::Answer(_) => kind::ANSWER,
            Self::Announcement(Announcement::Everybody { .. }) => kind::EVERYBODY,
            Self::Announcement(Announcement::Flips { .. }) => kind::FLIPS,
            Self::Announcement(Announcement::Leaving) => kind::LEAVING,
            Self::Marker(_) => kind::MARKER,
            Self::Spending(_) => kind::SPENDING,
        }
    }

    /// About how many bytes it becomes, never less.
    pub fn size(&self) -> usize {
        const HEADER: usize = 64;
        HEADER
            + match self {
                Self::Changes(encoded) => encoded.json.len() + 8 * encoded.left.len() + 17 * encoded.listings.len(),
                Self::Announcement(Announcement::Everybody { people, .. }) => 8 * people.len(),
                Self::Announcement(Announcement::Flips { came, went }) => 8 * (came.len() + went.len()),
                Self::Spending(spending) => spent::BYTES * spending.len(),
                _ => 0,
            }
    }
}

fn put_changes(bytes: &mut BytesMut, encoded: &Encoded) {
    let (kind, id) = match encoded.feed {
        FeedId::Room(room) => (0, room.0),
        FeedId::User(user) => (1, user.0),
        FeedId::Community => (2, 0),
    };
    bytes.put_u8(kind);
    bytes.put_u64(id);
    bytes.put_u64(encoded.after.0);
    bytes.put_u64(encoded.to.0);
    let posted_at = encoded.activity.and_then(|activity| activity.last_posted_at);
    let flags = [
        (encoded.is_count, flag::COUNT),
        (encoded.activity.is_some(), flag::ACTIVITY),
        (posted_at.is_some(), flag::POSTED_AT),
    ];
    bytes.put_u8(flags.iter().filter(|(is, _)| *is).map(|(_, flag)| flag).sum());
    if let Some(activity) = encoded.activity {
        bytes.put_u64(activity.posts.0);
    }
    if let Some(Timestamp(posted_at)) = posted_at {
        bytes.put_i64(posted_at);
    }
    put_users(bytes, &encoded.left);
    bytes.put_u32(length(encoded.listings.len()));
    for listing in &encoded.listings {
        bytes.put_u64(listing.room.0);
        bytes.put_u8(u8::from(listing.head.is_some()));
        bytes.put_u64(listing.head.unwrap_or_default().0);
    }
    bytes.put_slice(&encoded.json);
}

fn changes(bytes: &mut Bytes) -> Option<Encoded> {
    let (kind, id) = (u8(bytes)?, u64(bytes)?);
    let feed = match (kind, id) {
        (0, id) => FeedId::Room(RoomId(id)),
        (1, id) => FeedId::User(UserId(id)),
        (2, 0) => FeedId::Community,
        _ => return None,
    };
    let (after, to) = (Seq(u64(bytes)?), Seq(u64(bytes)?));
    if to <= after {
        return None;
    }
    let flags = u8(bytes)?;
    let posts = match flags & flag::ACTIVITY {
        0 => None,
        _ => Some(Number(u64(bytes)?)),
    };
    let last_posted_at = match flags & flag::POSTED_AT {
        0 => None,
        _ => Some(Timestamp(i64(bytes)?)),
    };
    let activity = match (feed, posts) {
        (FeedId::Room(room), Some(posts)) => Some(Activity {
            room,
            head: to,
            posts,
            last_posted_at,
        }),
        (_, None) if last_posted_at.is_none() => None,
        _ => return None,
    };
    let left = users(bytes)?;
    let listings = listings(bytes)?;
    Some(Encoded {
        feed,
        after,
        to,
        left,
        listings,
        activity,
        is_count: flags & flag::COUNT != 0,
        json: std::mem::take(bytes),
    })
}

fn listings(bytes: &mut Bytes) -> Option<Vec<Listing>> {
    let count = count(bytes, 17)?;
    let mut listings = Vec::with_capacity(count);
    for _ in 0..count {
        let (room, is_listed, head) = (RoomId(u64(bytes)?), u8(bytes)?, Seq(u64(bytes)?));
        listings.push(Listing {
            room,
            head: (is_listed == 1).then_some(head),
        });
    }
    Some(listings)
}

fn put_announcement(bytes: &mut BytesMut, announcement: &Announcement) {
    match announcement {
        Announcement::Everybody {
            round,
            part,
            parts,
            people,
        } => {
            bytes.put_u32(*round);
            bytes.put_u16(*part);
            bytes.put_u16(*parts);
            put_users(bytes, people);
        }
        Announcement::Flips { came, went } => {
            put_users(bytes, came);
            put_users(bytes, went);
        }
        Announcement::Leaving => {}
    }
}

fn everybody(bytes: &mut Bytes) -> Option<Announcement> {
    let (round, part, parts) = (u32(bytes)?, u16(bytes)?, u16(bytes)?);
    let people = users(bytes)?;
    (part < parts).then_some(Announcement::Everybody {
        round,
        part,
        parts,
        people,
    })
}

fn put_users(bytes: &mut BytesMut, users: &[UserId]) {
    bytes.put_u32(length(users.len()));
    users.iter().for_each(|user| bytes.put_u64(user.0));
}

fn users(bytes: &mut Bytes) -> Option<Vec<UserId>> {
    let count = count(bytes, 8)?;
    (0..count).map(|_| u64(bytes).map(UserId)).collect()
}

fn length(length: usize) -> u32 {
    u32::try_from(length).expect("nobody says so much at once")
}

/// How many of so many bytes each follow. Checked before room is made for them.
fn count(bytes: &mut Bytes, size: usize) -> Option<usize> {
    let count = usize::try_from(u32(bytes)?).ok()?;
    (count <= bytes.len() / size).then_some(count)
}

fn u8(bytes: &mut Bytes) -> Option<u8> {
    bytes.try_get_u8().ok()
}

fn u16(bytes: &mut Bytes) -> Option<u16> {
    bytes.try_get_u16().ok()
}

fn u32(bytes: &mut Bytes) -> Option<u32> {
    bytes.try_get_u32().ok()
}

fn u64(bytes: &mut Bytes) -> Option<u64> {
    bytes.try_get_u64().ok()
}

fn i64(bytes: &mut Bytes) -> Option<i64> {
    bytes.try_get_i64().ok()
}
