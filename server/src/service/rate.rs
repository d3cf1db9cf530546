//! How fast people may go: per person, whatever number of connections they have; sign-ups per address.

use std::{
    hash::Hash,
    net::IpAddr,
    num::NonZeroU32,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use app::protocol::UserId;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter, clock::Clock as _};

use super::ChatError;
use crate::customer::customer;

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
    /// New people, per address (for IPv6 per /64, which is what one customer has).
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

/// What a command costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// It reads.
    Read,
    /// It writes.
    Write,
}

/// Who has how much left.
pub struct RateLimits {
    writes: Limit<UserId>,
    reads: Limit<UserId>,
    typing: Limit<UserId>,
    sign_ups: Limit<IpAddr>,
    limit_loopback: bool,
}

impl RateLimits {
    /// Everyone has everything left.
    pub fn new(options: RateOptions) -> Self {
        Self {
            writes: Limit::new(options.writes),
            reads: Limit::new(options.reads),
            typing: Limit::new(options.typing),
            sign_ups: Limit::new(options.sign_ups),
            limit_loopback: options.limit_loopback,
        }
    }

    /// Takes one of the person's reads or writes, or says when there will be one.
    pub fn check(&self, user: UserId, pace: Pace) -> Result<(), ChatError> {
        match pace {
            Pace::Read => self.reads.check(user),
            Pace::Write => self.writes.check(user),
        }
    }

    /// Whether the person may tell once more that they are typing.
    pub fn allows_typing(&self, user: UserId) -> bool {
        self.typing.check(user).is_ok()
    }

    /// Takes one of the address's sign-ups, or says when there will be one.
    pub fn check_sign_up(&self, address: IpAddr) -> Result<(), ChatError> {
        let address = address.to_canonical();
        if address.is_loopback() && !self.limit_loopback {
            return Ok(());
        }
        self.sign_ups.check(customer(address))
    }
}

/// One limit for many, each for themselves.
struct Limit<K: Hash + Eq + Clone> {
    limiter: Option<DefaultKeyedRateLimiter<K>>,
    checks: AtomicU32,
}

/// After so many checks, those who have everything left again are forgotten: memory follows the present, not the past.
const CHECKS_BETWEEN_SWEEPS: u32 = 4096;

impl<K: Hash + Eq + Clone> Limit<K> {
    fn new(rate: Option<Rate>) -> Self {
        let quota = rate.and_then(|rate| Some(Quota::with_period(rate.every)?.allow_burst(rate.burst)));
        Self {
            limiter: quota.map(RateLimiter::keyed),
            checks: AtomicU32::new(0),
        }
    }

    fn check(&self, key: K) -> Result<(), ChatError> {
        let Some(limiter) = &self.limiter else { return Ok(()) };
        if self.checks.fetch_add(1, Ordering::Relaxed) % CHECKS_BETWEEN_SWEEPS == CHECKS_BETWEEN_SWEEPS - 1 {
            limiter.retain_recent();
        }
        limiter.check_key(&key).map_err(|not_until| ChatError::TooFast {
            retry_after: not_until.wait_time_from(limiter.clock().now()),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    /// Slow enough that nothing comes back while a test runs.
    const TWO: Option<Rate> = Some(Rate::new(2, Duration::from_secs(3600)));

    fn limits() -> RateLimits {
        RateLimits::new(RateOptions {
            writes: TWO,
            reads: TWO,
            typing: TWO,
            sign_ups: TWO,
            limit_loopback: true,
        })
    }

    #[test]
    fn beyond_the_burst_one_is_told_when_to_come_back() {
        let limits = limits();
        for _ in 0..2 {
            limits.check(UserId(1), Pace::Write).unwrap();
        }
        let Err(ChatError::TooFast { retry_after }) = limits.check(UserId(1), Pace::Write) else {
            panic!("the third of two went through");
        };
        assert!(retry_after > Duration::from_secs(3000) && retry_after <= Duration::from_secs(3600));
    }

    #[test]
    fn others_and_other_deeds_are_not_touched() {
        let limits = limits();
        while limits.check(UserId(1), Pace::Write).is_ok() {}
        limits.check(UserId(2), Pace::Write).unwrap();
        limits.check(UserId(1), Pace::Read).unwrap();
        assert!(limits.allows_typing(UserId(1)));
    }

    #[test]
    fn neighbours_in_one_ipv6_network_count_as_one() {
        let limits = limits();
        for address in ["2001:db8::1", "2001:db8::ffff"] {
            limits.check_sign_up(address.parse().unwrap()).unwrap();
        }
        assert!(limits.check_sign_up("2001:db8::2".parse().unwrap()).is_err());
        limits.check_sign_up("2001:db8:0:1::1".parse().unwrap()).unwrap();
    }

    #[test]
    fn this_machine_can_be_spared() {
        let spared = RateLimits::new(RateOptions {
            sign_ups: TWO,
            limit_loopback: false,
            ..RateOptions::default()
        });
        let everyone = limits();
        for _ in 0..10 {
            spared.check_sign_up(IpAddr::V4(Ipv4Addr::LOCALHOST)).unwrap();
            let _ = everyone.check_sign_up("::ffff:127.0.0.1".parse().unwrap());
        }
        assert!(everyone.check_sign_up(IpAddr::V4(Ipv4Addr::LOCALHOST)).is_err());
    }

    #[test]
    fn without_limits_nobody_waits() {
        let limits = RateLimits::new(RateOptions::unlimited());
        for _ in 0..10_000 {
            limits.check(UserId(1), Pace::Write).unwrap();
        }
    }

    #[test]
    fn those_who_rest_are_forgotten() {
        let limit = Limit::new(Some(Rate::new(1, Duration::from_nanos(1))));
        for user in 0..u64::from(CHECKS_BETWEEN_SWEEPS) {
            limit.check(UserId(user)).unwrap();
        }
        assert!(limit.limiter.unwrap().len() < CHECKS_BETWEEN_SWEEPS as usize / 2);
    }
}
