//! What travels when something changes: the rows as they now stand.

use serde::{Deserialize, Deserializer, Serialize};

use super::{
    feed::FeedId,
    id::Seq,
    model::{ListedRoom, Member, Message, ReadMarker, Room, User},
};

/// All rows of one feed with `after < changed <= to`, as they now stand, ordered by `changed`.
///
/// The live frame, the answer to a resume, a poll's answer and what crosses the bus are this one shape. A reader at
/// position `c` ignores it when `to <= c`, applies it and stands at `to` when `after <= c`, and otherwise has a hole and
/// asks again from `c`. `items` may be empty: rows of a large room's members are not sent, but their seqs are counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Changes {
    /// Which feed.
    pub feed: FeedId,
    /// The position that these changes follow.
    pub after: Seq,
    /// The position that they lead to.
    pub to: Seq,
    /// The rows. At most 500, and about 256 KiB.
    #[serde(deserialize_with = "known_items")]
    pub items: Vec<Item>,
}

/// One row of a feed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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

/// Leaves out kinds of rows that a newer server has: a page that stays open while its server is upgraded goes on.
fn known_items<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Item>, D::Error> {
    let items = Vec::<KnownOrNot>::deserialize(deserializer)?;
    Ok(items.into_iter().filter_map(KnownOrNot::known).collect())
}

/// [`Item`], and whatever else there may be one day. The reader's own: nobody sends or holds it.
#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum KnownOrNot {
    Message(Message),
    Member(Member),
    Room(Room),
    ListedRoom(ListedRoom),
    ReadMarker(ReadMarker),
    User(User),
    #[serde(other)]
    Unknown,
}

impl KnownOrNot {
    fn known(self) -> Option<Item> {
        match self {
            Self::Message(row) => Some(Item::Message(row)),
            Self::Member(row) => Some(Item::Member(row)),
            Self::Room(row) => Some(Item::Room(row)),
            Self::ListedRoom(row) => Some(Item::ListedRoom(row)),
            Self::ReadMarker(row) => Some(Item::ReadMarker(row)),
            Self::User(row) => Some(Item::User(row)),
            Self::Unknown => None,
        }
    }
}
