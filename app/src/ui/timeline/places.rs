//! Where the reader was in each room: kept as long as the page lives, so that who comes back finds the place again.

use leptos::prelude::*;
use litemap::LiteMap;

use crate::protocol::{Number, RoomId};

/// A message, and how far below the upper edge of the view it stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Spot {
    pub(super) message: Number,
    pub(super) top: f64,
}

/// How a room opens.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Opening {
    /// The page's first room stands already, as the server drew it, and its reader may have scrolled.
    AsItStands,
    /// At its newest message: there the reader was, or never was at all.
    AtNewest,
    /// Where the reader left it.
    At(Spot),
}

/// Where the reader was in each room that is not at its newest message. Handed down as a context.
#[derive(Clone, Copy)]
pub(in crate::ui) struct Places {
    has_opened: StoredValue<bool>,
    kept: StoredValue<LiteMap<RoomId, Spot>>,
}

impl Places {
    /// Makes the context.
    pub(in crate::ui) fn provide() {
        provide_context(Self {
            has_opened: StoredValue::new(false),
            kept: StoredValue::new(LiteMap::new()),
        });
    }

    /// The context.
    pub(super) fn expect() -> Self {
        expect_context()
    }

    /// How this room opens.
    pub(super) fn open(self, room: RoomId) -> Opening {
        let is_first = !self.has_opened.get_value();
        self.has_opened.set_value(true);
        match self.kept.with_value(|kept| kept.get(&room).copied()) {
            Some(spot) => Opening::At(spot),
            None if is_first => Opening::AsItStands,
            None => Opening::AtNewest,
        }
    }

    /// Notes where the reader is; nothing, at the newest message.
    pub(super) fn keep(self, room: RoomId, spot: Option<Spot>) {
        self.kept.update_value(|kept| match spot {
            Some(spot) => drop(kept.insert(room, spot)),
            None => drop(kept.remove(&room)),
        });
    }
}
