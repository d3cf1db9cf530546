//! Where in the page one is, by the address.

use leptos::prelude::*;
use leptos_router::{
    hooks::use_location,
    location::{BrowserUrl, LocationProvider},
};

use crate::protocol::Slug;

/// Where one is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// `/rooms`: the list of rooms. The server leads `/` on to the room in which something happened last, if there is one.
    Rooms,
    /// `/rooms/general`.
    Room(Slug),
    /// `/sign-in`.
    SignIn,
    /// `/kit`, where one develops: every part in every state.
    #[cfg(debug_assertions)]
    Kit,
    /// `/kit/demo`, where one develops: a whole room of parts.
    #[cfg(debug_assertions)]
    Demo,
    /// Nothing is there.
    Nowhere,
}

impl Place {
    /// Follows the address.
    pub(super) fn follow() -> Memo<Self> {
        let path = use_location().pathname;
        Memo::new(move |_| path.with(|path| Self::of_path(path)))
    }

    /// Tells the browser, after every step, that the page shows the new address: only then does it stand in the address bar.
    /// To be called once, by whoever draws the screens.
    pub(super) fn arrive(place: Memo<Self>) {
        let browser = use_context::<BrowserUrl>();
        let hash = use_location().hash;
        Effect::new(move || {
            place.track();
            hash.track();
            if let Some(browser) = &browser {
                browser.ready_to_complete();
            }
        });
    }

    /// The room at this place.
    pub(super) fn slug(&self) -> Option<&Slug> {
        match self {
            Self::Room(slug) => Some(slug),
            _ => None,
        }
    }

    fn of_path(path: &str) -> Self {
        let mut parts = path.split('/').filter(|part| !part.is_empty());
        match (parts.next(), parts.next(), parts.next()) {
            (None, _, _) | (Some("rooms"), None, _) => Self::Rooms,
            (Some("rooms"), Some(slug), None) => Self::Room(Slug(decoded(slug))),
            (Some("sign-in"), None, _) => Self::SignIn,
            #[cfg(debug_assertions)]
            (Some("kit"), None, _) => Self::Kit,
            #[cfg(debug_assertions)]
            (Some("kit"), Some("demo"), None) => Self::Demo,
            _ => Self::Nowhere,
        }
    }
}

/// The address of the list.
pub(super) const ROOMS: &str = "/rooms";

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
    fn every_other_address_has_its_screen_or_none() {
        assert_eq!(Place::of_path("/"), Place::Rooms);
        assert_eq!(Place::of_path(ROOMS), Place::Rooms);
        assert_eq!(Place::of_path("/sign-in"), Place::SignIn);
        assert_eq!(Place::of_path("/rooms/general/1/2"), Place::Nowhere);
        assert_eq!(Place::of_path("/nowhere"), Place::Nowhere);
    }
}
