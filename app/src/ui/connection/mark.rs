//! The state of the line in one word.

use leptos::prelude::*;

use crate::{
    client::Client,
    state::{Phase, Touched, Transport},
};

/// The state of the line, without its countdown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ui) enum Mark {
    Starting,
    Connecting,
    CatchingUp,
    Live,
    /// Live, and the server said that what happens on other nodes comes late.
    Delayed,
    Polling,
    Waiting,
    SignedOut,
}

impl Mark {
    /// Follows the line.
    pub(in crate::ui) fn of(client: Client) -> Memo<Self> {
        Memo::new(move |_| {
            client.with(Touched::Connection, |state| match state.connection().phase() {
                Phase::Starting => Self::Starting,
                Phase::Connecting => Self::Connecting,
                Phase::CatchingUp => Self::CatchingUp,
                Phase::Live(Transport::Socket) if state.connection().is_delayed() => Self::Delayed,
                Phase::Live(Transport::Socket) => Self::Live,
                Phase::Live(Transport::Polling) => Self::Polling,
                Phase::Waiting { .. } => Self::Waiting,
                Phase::SignedOut => Self::SignedOut,
            })
        })
    }

    /// The word that stands in `data-connection`.
    pub(in crate::ui) const fn as_str(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Connecting => "connecting",
            Self::CatchingUp => "catching-up",
            Self::Live | Self::Delayed => "live",
            Self::Polling => "polling",
            Self::Waiting => "waiting",
            Self::SignedOut => "signed-out",
        }
    }
}
