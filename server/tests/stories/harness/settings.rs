//! What the environment says about how long to go on.

use std::time::Duration;

/// A number from the environment.
pub fn setting(name: &str) -> Option<u64> {
    std::env::var(name)
        .ok()
        .map(|value| value.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}

/// How long a checker goes on with what it repeats: `MAGPIE_CHECK_SECONDS`, 2 unless told.
pub fn check_time() -> Duration {
    Duration::from_secs(check_seconds())
}

/// So many in each second of [`check_time`]: for what is counted rather than timed.
pub fn per_check_second(count: u64) -> u64 {
    count * check_seconds()
}

fn check_seconds() -> u64 {
    setting("MAGPIE_CHECK_SECONDS").unwrap_or(2)
}
