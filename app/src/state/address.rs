//! Which room the page's address means.

use crate::protocol::{Room, RoomId, Slug};

/// Where the reader is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Address {
    /// At no room's address.
    #[default]
    Nowhere,
    /// At an address that the server is asked about; or a room that was just joined, and is not on the list yet.
    Looking(Slug),
    /// In a room.
    Room(RoomId),
    /// At a room that one may join.
    NotAMember(Room),
    /// At a room that was one's own until just now, without having been left from here. One may join it again.
    Removed(Room),
    /// At an address that no room has.
    NotFound(Slug),
}

impl Address {
    /// The room that is open.
    pub fn room(&self) -> Option<RoomId> {
        match self {
            Self::Room(room) => Some(*room),
            _ => None,
        }
    }

    /// The address, when it leads to no room of one's own, or not yet.
    pub(super) fn slug(&self) -> Option<&Slug> {
        match self {
            Self::Looking(slug) | Self::NotFound(slug) => Some(slug),
            Self::NotAMember(room) | Self::Removed(room) => Some(&room.slug),
            Self::Nowhere | Self::Room(_) => None,
        }
    }

    /// Whether the address leads to no room of one's own: it does not exist, or one is not a member.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::NotAMember(_) | Self::Removed(_) | Self::NotFound(_))
    }
}
