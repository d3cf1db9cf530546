//! The line to the server: what the user sees of it, and when to try again.

use crate::protocol::{CloseCode, FeedId, RoomId, Timestamp};

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
/// The same while somebody looks on who has just lost the line.
const LONGEST_PAUSE_AT_FIRST: f64 = 8.0;
const AT_FIRST_MS: i64 = 60_000;
/// Pauses between two sockets tried in the background of polling. The first is short: polling may have begun only because
/// the server was just being restarted.
const SHORTEST_PAUSE_WHILE_POLLING_MS: i64 = 5_000;
const LONGEST_PAUSE_WHILE_POLLING_MS: i64 = 60_000;
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
    /// Open since then; `hello` is sent.
    Open(Timestamp),
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
    /// Sockets in a row that were never welcomed, or ended before every feed had answered: what a network looks like that breaks
    /// WebSocket, or is too slow for what has to come in one piece. A poll's answer is compressed.
    pub(super) fruitless: u32,
    /// Sockets tried while polling.
    pub(super) tries_while_polling: u32,
    /// Since when there is no good line.
    pub(super) lost_at: Timestamp,
    /// Whether the page is in front of its reader.
    pub(super) is_seen: bool,
    /// When to try the socket again.
    pub(super) retry_at: Option<Timestamp>,
    /// The session is gone: nothing is tried any more.
    pub(super) signed_out: bool,
    /// Rooms that `hello` named on this socket: others have to be named by `watch`.
    pub(super) greeted: Vec<RoomId>,
    /// Feeds that `hello` asked for and that have not answered.
    pub(super) awaiting: Vec<FeedId>,
    /// The last heartbeat said that what happens on other nodes comes late. Until there is another line, or another heartbeat.
    pub(super) delayed: bool,
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
            fruitless: 0,
            tries_while_polling: 0,
            signed_out: false,
            lost_at: Timestamp(0),
            is_seen: true,
            retry_at: None,
            greeted: Vec::new(),
            awaiting: Vec::new(),
            delayed: false,
        }
    }

    /// What the user sees.
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// Whether what others say may take a few seconds, though the line is good.
    pub fn is_delayed(&self) -> bool {
        self.delayed
    }

    /// Whether commands reach the server just now.
    pub fn is_usable(&self) -> bool {
        matches!(self.line, Line::Ready(_)) || self.polled
    }

    /// Whether the line is the socket, welcomed.
    pub(super) fn socket_is_ready(&self) -> bool {
        matches!(self.line, Line::Ready(_))
    }

    /// What the parts amount to.
    pub(super) fn phase_at(&self, now: Timestamp) -> Phase {
        if self.signed_out {
            return Phase::SignedOut;
        }
        match (self.line, self.polling, self.retry_at) {
            (Line::Ready(_), _, _) if self.awaiting.is_empty() => Phase::Live(Transport::Socket),
            (Line::Ready(_), _, _) => Phase::CatchingUp,
            _ if self.polled => Phase::Live(Transport::Polling),
            (Line::Closed, Polling::Off, Some(retry_at)) => {
                let milliseconds = u32::try_from((retry_at.0 - now.0).max(1)).unwrap_or(u32::MAX);
                Phase::Waiting {
                    seconds: milliseconds.div_ceil(1000),
                }
            }
            (Line::Closed, Polling::Off, None) => Phase::Starting,
            _ => Phase::Connecting,
        }
    }

    /// Whether a feed has not answered since the line came back.
    pub(super) fn awaits(&self, feed: FeedId) -> bool {
        self.awaiting.contains(&feed)
    }

    /// A feed has answered.
    pub(super) fn heard_of(&mut self, feed: FeedId) {
        self.awaiting.retain(|awaited| *awaited != feed);
        if self.awaiting.is_empty() {
            self.fruitless = 0;
        }
    }

    /// How many milliseconds to pause before the socket is tried again in the background, while polling carries on.
    pub(super) fn pause_while_polling(&mut self) -> i64 {
        let tries = self.tries_while_polling;
        self.tries_while_polling = tries.saturating_add(1);
        (SHORTEST_PAUSE_WHILE_POLLING_MS << tries.min(4)).min(LONGEST_PAUSE_WHILE_POLLING_MS)
    }

    /// Notes a line that ended with this code, and says how many milliseconds to pause: none at first, then exponential with full
    /// jitter, so that many who lost it together do not come back together. A server that stops sends everybody away at once: then there
    /// is jitter from the first.
    pub(super) fn pause_after_failure(&mut self, now: Timestamp, random: f64, code: u16) -> i64 {
        if let Line::Ready(since) = self.line
            && now.0 - since.0 >= GOOD_LINE_MS
        {
            self.failures = 0;
        }
        let failures = self.failures;
        self.failures = failures.saturating_add(1);
        if failures == 0 {
            self.lost_at = now;
            if code != CloseCode::GoingAway.number() {
                return 0;
            }
        }
        let is_early = self.is_seen && now.0 - self.lost_at.0 < AT_FIRST_MS;
        let longest = if is_early {
            LONGEST_PAUSE_AT_FIRST
        } else {
            LONGEST_PAUSE
        };
        let ceiling = longest.min(f64::from(2_u32.saturating_pow(failures.clamp(1, 10) - 1)));
        #[expect(clippy::cast_possible_truncation, reason = "at most 30,000")]
        let pause = (ceiling * random.clamp(0.0, 1.0) * 1000.0) as i64;
        pause
    }
}
