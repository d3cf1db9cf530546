//! How fast is too fast.

use std::{num::NonZeroU32, time::Duration};

/// So many at once, then one each `every`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// At once.
    pub burst: NonZeroU32,
    /// Time for one more. Not zero.
    pub every: Duration,
}

impl Rate {
    /// `burst` at once, then one each `every`.
    pub const fn new(burst: u32, every: Duration) -> Self {
        let burst = NonZeroU32::new(burst).expect("a burst of at least one");
        assert!(!every.is_zero(), "a time between two");
        Self { burst, every }
    }
}

/// The limits; `None` is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateOptions {
    /// Posts and all other writes, per person.
    pub writes: Option<Rate>,
    /// Reads, per person.
    pub reads: Option<Rate>,
    /// "Is typing", per person. Beyond it they are dropped without a word.
    pub typing: Option<Rate>,
    /// New people, per address (for IPv6 per /64, which is one network).
    pub sign_ups: Option<Rate>,
    /// Whether sign-ups from this very machine are limited too. Behind a proxy on it, all of them come from there.
    pub limit_loopback: bool,
}

impl Default for RateOptions {
    fn default() -> Self {
        Self {
            writes: Some(Rate::new(40, Duration::from_millis(100))),
            reads: Some(Rate::new(200, Duration::from_millis(20))),
            typing: Some(Rate::new(4, Duration::from_secs(1))),
            sign_ups: Some(Rate::new(60, Duration::from_secs(20))),
            limit_loopback: true,
        }
    }
}

impl RateOptions {
    /// No limits, for benchmarks.
    pub const fn unlimited() -> Self {
        Self {
            writes: None,
            reads: None,
            typing: None,
            sign_ups: None,
            limit_loopback: false,
        }
    }
}
