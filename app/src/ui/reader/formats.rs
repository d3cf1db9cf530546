//! The browser's own words for time, in the reader's language and zone.

use js_sys::{Array, Date, Intl, Object, Reflect};
use leptos::wasm_bindgen::JsValue;

use super::utc;
use crate::{
    protocol::Timestamp,
    ui::language::{Locale, reader_locale},
};

const MINUTE: i64 = 60_000;

/// Formatters are slow to make and quick to use, so they are made once for each language.
pub(super) struct Formats {
    clock: Intl::DateTimeFormat,
    exact: Intl::DateTimeFormat,
    weekday: Intl::DateTimeFormat,
    date: Intl::DateTimeFormat,
    short_date: Intl::DateTimeFormat,
    long_ago: Intl::DateTimeFormat,
    relative: Intl::RelativeTimeFormat,
}

impl Formats {
    pub(super) fn new(locale: Locale) -> Self {
        let locales = Array::of1(&JsValue::from_str(&reader_locale(locale)));
        let date_time = |options: &[(&str, &str)]| Intl::DateTimeFormat::new(&locales, &object(options));
        Self {
            clock: date_time(&[("timeStyle", "short")]),
            exact: date_time(&[("dateStyle", "full"), ("timeStyle", "short")]),
            weekday: date_time(&[("weekday", "short")]),
            date: date_time(&[("weekday", "long"), ("month", "long"), ("day", "numeric")]),
            short_date: date_time(&[("month", "short"), ("day", "numeric")]),
            long_ago: date_time(&[("year", "numeric"), ("month", "long"), ("day", "numeric")]),
            relative: Intl::RelativeTimeFormat::new(&locales, &object(&[("numeric", "auto"), ("style", "short")])),
        }
    }

    pub(super) fn clock(&self, at: Timestamp) -> String {
        format(&self.clock, at)
    }

    pub(super) fn exact(&self, at: Timestamp) -> String {
        format(&self.exact, at)
    }

    pub(super) fn day(&self, at: Timestamp, now: i64) -> String {
        match day_number(at.0) - day_number(now) {
            days @ -1..=0 => capitalised(&self.relative(days, "day")),
            -300..=1 => format(&self.date, at),
            _ => format(&self.long_ago, at),
        }
    }

    pub(super) fn ago(&self, at: Timestamp, now: i64) -> String {
        // A reader's clock may be a little behind the server's; nothing was said in the future.
        let past = (now - at.0).max(0);
        match past / MINUTE {
            0 => self.relative(0, "second"),
            minutes @ 1..60 => self.relative(-minutes, "minute"),
            _ => self.moment(at, now),
        }
    }

    pub(super) fn moment(&self, at: Timestamp, now: i64) -> String {
        match day_number(at.0) - day_number(now) {
            0 => format(&self.clock, at),
            -6..=-1 => format(&self.weekday, at),
            -300..=1 => format(&self.short_date, at),
            _ => utc::day(at),
        }
    }

    fn relative(&self, amount: i64, unit: &str) -> String {
        #[expect(clippy::cast_precision_loss, reason = "minutes and days are small")]
        let amount = amount as f64;
        self.relative.format(amount, unit).into()
    }
}

/// Which day it was where the reader is, counted from 1970. The zone's distance from UTC is asked for at that moment,
/// because it changes with the seasons.
pub(super) fn day_number(milliseconds: i64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "a zone is at most 14 hours away")]
    let west = date(milliseconds).get_timezone_offset() as i64 * MINUTE;
    utc::day_number(milliseconds - west)
}

fn date(milliseconds: i64) -> Date {
    #[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 stay below 2^53")]
    let milliseconds = milliseconds as f64;
    Date::new(&JsValue::from_f64(milliseconds))
}

fn format(format: &Intl::DateTimeFormat, at: Timestamp) -> String {
    let written = format.format().call1(&JsValue::UNDEFINED, &date(at.0));
    written
        .ok()
        .and_then(|text| text.as_string())
        .unwrap_or_else(|| utc::iso(at))
}

fn object(options: &[(&str, &str)]) -> Object {
    let object = Object::new();
    for (key, value) in options {
        // Setting a plain property of a plain object cannot fail.
        let _ = Reflect::set(&object, &JsValue::from_str(key), &JsValue::from_str(value));
    }
    object
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters
        .next()
        .map(|first| first.to_uppercase().chain(characters).collect())
        .unwrap_or_default()
}
