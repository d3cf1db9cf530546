//! The line to the server: what the user sees of it, and when to try again.

use std::collections::BTreeSet;

use crate::protocol::{FeedId, Timestamp};

/// Which road leads to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Transport {
    /// WebSocket.
    Socket,
    /// Long polling, for networks that break WebSocket.
    Polling,
}

/// What the user sees of the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Not started: on the server, or before the driver runs.
    Starting,
    /// Trying to reach the server.
    Connecting,
    /// Connected; what was missed is on its way.
    CatchingUp,
    /// Everything that was committed is here, or will be in a moment.
    Live(Transport),
    /// No line; the next try is in this many seconds.
    Waiting {
        /// At least 1.
        seconds: u32,
    },
    /// The session is gone.
    SignedOut,
}

/// Longest pause between two tries, in seconds.
const LONGEST_PAUSE: f64 = 30.0;
/// A line that held this long counts as good: the next break is retried at once.
const GOOD_LINE_MS: i64 = 10_000;

/// How far the socket is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Line {
    /// There is none.
    #[default]
    Closed,
    /// Being opened since then.
    Opening(Timestamp),
    /// Open; `hello` is sent.
    Open,
    /// Welcomed at that moment.
    Ready(Timestamp),
}

/// How far polling is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Polling {
    /// Not polling.
    #[default]
    Off,
    /// A poll is on its way.
    Asking {
        /// Since when.
        since: Timestamp,
        /// How long it may wait, in seconds.
        wait: u64,
    },
    /// The last answer brought nothing, and too soon: the next tick asks again.
    Resting,
}

/// The line to the server.
#[derive(Clone, Debug, PartialEq)]
pub struct Connection {
    pub(super) phase: Phase,
    pub(super) line: Line,
    pub(super) polling: Polling,
    /// Whether a poll was ever answered since polling began.
    pub(super) polled: bool,
    /// When the socket last said anything.
    pub(super) heard_at: Timestamp,
    /// Tries in a row that led to nothing good.
    pub(super) failures: u32,
    /// Sockets in a row that never opened: what a hostile proxy looks like.
    pub(super) never_opened: u32,
    /// When to try the socket again.
    pub(super) retry_at: Option<Timestamp>,
    /// Feeds that `hello` asked for and that have not answered.
    pub(super) awaiting: BTreeSet<FeedId>,
}

impl Connection {
    /// Before anything has happened.
    pub(super) fn new() -> Self {
        Self {
            phase: Phase::Starting,
            line: Line::Closed,
            polling: Polling::Off,
            polled: false,
            heard_at: Timestamp(0),
            failures: 0,
            never_opened: 0,
            retry_at: None,
            awaiting: BTreeSet::new(),
        }
    }

    /// What the user sees.
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// Whether commands reach the server just now.
    pub fn is_usable(&self) -> bool {
        matches!(self.line, Line::Ready(_)) || self.polled
    }

    /// Whether the line is the socket, welcomed.
    pub(super) fn socket_is_ready(&self) -> bool {
        matches!(self.line, Line::Ready(_))
    }

    /// Notes a broken line and says how many milliseconds to pause: none at first, then exponential with full jitter.
    pub(super) fn pause_after_failure(&mut self, now: Timestamp, random: f64) -> i64 {
        if let Line::Ready(since) = self.line
            && now.0 - since.0 >= GOOD_LINE_MS
        {
            self.failures = 0;
        }
        let failures = self.failures;
        self.failures = failures.saturating_add(1);
        if failures == 0 {
            return 0;
        }
        let ceiling = LONGEST_PAUSE.min(f64::from(2_u32.saturating_pow(failures.min(10) - 1)));
        #[expect(clippy::cast_possible_truncation, reason = "at most 30,000")]
        let pause = (ceiling * random.clamp(0.0, 1.0) * 1000.0) as i64;
        pause
    }
}
