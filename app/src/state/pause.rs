//! Moments that are waited for.

use crate::protocol::Timestamp;

/// Longer than any pause.
const LONGEST_PAUSE_MS: i64 = 60_000;

/// Whether a moment has come. One that is further away than any pause was noted before the clock was set back.
pub(super) fn has_come(moment: Timestamp, now: Timestamp) -> bool {
    moment <= now || moment.0 > now.0 + LONGEST_PAUSE_MS
}
