//! Where in the page one is, by the address.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::protocol::Slug;

/// Where one is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// `/`: the list of rooms.
    Rooms,
    /// `/rooms/general`.
    Room(Slug),
}

impl Place {
    /// Follows the address.
    pub(super) fn follow() -> Memo<Self> {
        let path = use_location().pathname;
        Memo::new(move |_| path.with(|path| Self::of_path(path)))
    }

    /// The room at this place.
    pub(super) fn slug(&self) -> Option<&Slug> {
        match self {
            Self::Rooms => None,
            Self::Room(slug) => Some(slug),
        }
    }

    fn of_path(path: &str) -> Self {
        match path.strip_prefix("/rooms/").and_then(|rest| rest.split('/').next()) {
            Some(slug) if !slug.is_empty() => Self::Room(Slug(decoded(slug))),
            _ => Self::Rooms,
        }
    }
}

/// The address of a room.
pub(super) fn room_path(slug: &Slug) -> String {
    format!("/rooms/{}", encoded(&slug.0))
}

/// Percent-encodes everything but letters, digits and a few marks: a slug may hold any script.
fn encoded(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            written.push(char::from(byte));
        } else {
            written.push('%');
            written.extend([byte >> 4, byte & 15].map(|digit| char::from(b"0123456789ABCDEF"[usize::from(digit)])));
        }
    }
    written
}

/// Undoes percent-encoding. What is not encoded, or wrongly, stays as it is.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let digits = (first == b'%')
            .then(|| after.get(..2))
            .flatten()
            .and_then(|digits| str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rooms_address_leads_to_the_room() {
        for slug in ["general", "喜鹊", "50%", "a b"] {
            let slug = Slug(slug.to_owned());
            assert_eq!(Place::of_path(&room_path(&slug)), Place::Room(slug));
        }
    }

    #[test]
    fn every_other_address_is_the_list() {
        assert_eq!(Place::of_path("/"), Place::Rooms);
        assert_eq!(Place::of_path("/rooms/"), Place::Rooms);
    }
}
