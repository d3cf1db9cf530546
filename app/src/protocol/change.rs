//! What travels when something changes: the rows as they now stand.

use serde::Serialize;

use super::{
    feed::FeedId,
    id::Seq,
    json::{Json, Object},
    model::{ListedRoom, Member, Message, ReadMarker, Room, User},
    read::{Read, Unreadable, deserialized_by_reading},
};

/// All rows of one feed with `after < changed <= to`, as they now stand, ordered by `changed`.
///
/// The live frame, the answer to a resume, a poll's answer and what crosses the bus are this one shape. A reader at
/// position `c` ignores it when `to <= c`, applies it and stands at `to` when `after <= c`, and otherwise has a hole and
/// asks again from `c`. `items` may be empty: rows of a large room's members are not sent, but their seqs are counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Changes {
    /// Which feed.
    pub feed: FeedId,
    /// The position that these changes follow.
    pub after: Seq,
    /// The position that they lead to.
    pub to: Seq,
    /// The rows. At most 500, and about 128 KiB.
    pub items: Vec<Item>,
}

/// One row of a feed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Item {
    /// Room feed.
    Message(Message),
    /// Room feed.
    Member(Member),
    /// Room feed.
    Room(Room),
    /// User feed.
    ListedRoom(ListedRoom),
    /// User feed.
    ReadMarker(ReadMarker),
    /// Community feed.
    User(User),
}

impl Item {
    /// The seq of the row's last change in its feed.
    pub fn changed(&self) -> Seq {
        match self {
            Self::Message(row) => row.changed,
            Self::Member(row) => row.changed,
            Self::Room(row) => row.changed,
            Self::ListedRoom(row) => row.changed,
            Self::ReadMarker(row) => row.changed,
            Self::User(row) => row.changed,
        }
    }
}

impl Read for Changes {
    fn read(json: Json) -> Result<Self, Unreadable> {
        let mut changes = Object::of(json)?;
        let items: Vec<Known> = changes.take("items")?;
        Ok(Self {
            feed: changes.take("feed")?,
            after: changes.take("after")?,
            to: changes.take("to")?,
            items: items.into_iter().filter_map(|Known(item)| item).collect(),
        })
    }
}

impl Read for Item {
    fn read(json: Json) -> Result<Self, Unreadable> {
        let Known(item) = Known::read(json)?;
        item.ok_or(Unreadable("a known kind of row"))
    }
}

deserialized_by_reading!(Changes);
deserialized_by_reading!(Item);

/// A row, or none where a newer server has a kind that this client does not know: a page that stays open while its server is
/// upgraded goes on without it.
struct Known(Option<Item>);

impl Read for Known {
    fn read(json: Json) -> Result<Self, Unreadable> {
        let mut row = Object::of(json)?;
        let kind: String = row.take("kind")?;
        let row = Json::Object(row);
        Ok(Self(Some(match kind.as_str() {
            "message" => Item::Message(Read::read(row)?),
            "member" => Item::Member(Read::read(row)?),
            "room" => Item::Room(Read::read(row)?),
            "listed_room" => Item::ListedRoom(Read::read(row)?),
            "read_marker" => Item::ReadMarker(Read::read(row)?),
            "user" => Item::User(Read::read(row)?),
            _ => return Ok(Self(None)),
        })))
    }
}
