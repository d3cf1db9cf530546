//! Times as the server writes them: in UTC, in ISO 8601, without a calendar library.

use crate::protocol::Timestamp;

const DAY_MS: i64 = 86_400_000;

/// `2026-11-22T18:31:00Z`.
pub fn iso(at: Timestamp) -> String {
    let seconds = at.0.rem_euclid(DAY_MS) / 1000;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{}T{hours:02}:{minutes:02}:{seconds:02}Z", day(at))
}

/// `18:31`.
pub fn clock(at: Timestamp) -> String {
    let minutes = at.0.rem_euclid(DAY_MS) / 60_000;
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

/// `2026-11-22`.
pub fn day(at: Timestamp) -> String {
    let (year, month, day) = civil(day_number(at.0));
    format!("{year:04}-{month:02}-{day:02}")
}

/// Days since 1970-01-01.
pub fn day_number(milliseconds: i64) -> i64 {
    milliseconds.div_euclid(DAY_MS)
}

/// Year, month and day of a day counted from 1970, in the Gregorian calendar.
///
/// Years are counted from 1 March of year 0, so that the leap day is the last of its year.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_as_iso_8601() {
        assert_eq!(iso(Timestamp(0)), "1970-01-01T00:00:00Z");
        assert_eq!(iso(Timestamp(951_782_400_000)), "2000-02-29T00:00:00Z");
        assert_eq!(iso(Timestamp(1_795_372_261_999)), "2026-11-22T18:31:01Z");
        assert_eq!(iso(Timestamp(-1)), "1969-12-31T23:59:59Z");
    }

    #[test]
    fn the_clock_shows_hours_and_minutes() {
        assert_eq!(clock(Timestamp(1_795_372_261_999)), "18:31");
    }
}
