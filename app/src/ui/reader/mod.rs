//! What only the browser knows about its reader: time zone, habits of writing time, the present moment.
//!
//! Invariant: nothing of it is drawn before hydration is over, because the server drew the same page without it.

mod formats;
pub mod utc;

use leptos::prelude::*;

use super::language::Language;
use crate::protocol::Timestamp;
use formats::Formats;

/// How often "5 minutes ago" is looked at again.
const REFRESH: std::time::Duration = std::time::Duration::from_secs(30);

/// The reader's time zone, words for time, and present moment. Handed down as a context.
#[derive(Clone, Copy)]
pub struct Reader {
    /// None before hydration is over. Made anew when the language changes.
    ///
    /// The formats belong to the browser's one thread, so the server, which has many, never makes a place for them.
    formats: RwSignal<Option<StoredValue<Formats, LocalStorage>>>,
    /// Milliseconds since 1970, by the reader's clock. Moves every half minute.
    now: RwSignal<i64>,
}

impl Reader {
    /// Makes the context. The browser's knowledge comes in as soon as the page has been taken over.
    pub fn provide(language: Language) {
        let reader = Self {
            formats: RwSignal::new(None),
            now: RwSignal::new(0),
        };
        provide_context(reader);

        Effect::new(move || {
            let locale = language.get();
            reader.now.set(now());
            reader.formats.set(Some(StoredValue::new_local(Formats::new(locale))));
        });
        Effect::new(move || {
            if let Ok(clock) = set_interval_with_handle(move || reader.now.set(now()), REFRESH) {
                on_cleanup(move || clock.clear());
            }
        });
    }

    /// The context.
    pub fn expect() -> Self {
        expect_context()
    }

    /// Whether the browser's knowledge is there.
    pub fn is_ready(self) -> bool {
        self.formats.with(Option::is_some)
    }

    /// `18:31`.
    pub fn clock(self, at: Timestamp) -> String {
        self.say(|formats| formats.clock(at))
    }

    /// The moment in full.
    pub fn exact(self, at: Timestamp) -> String {
        self.say(|formats| formats.exact(at))
    }

    /// `Today`, `Monday, 3 November`.
    pub fn day(self, at: Timestamp) -> String {
        let now = self.now.get();
        self.say(|formats| formats.day(at, now))
    }

    /// `5 min. ago`, after an hour `18:31`, later the day.
    pub fn ago(self, at: Timestamp) -> String {
        let now = self.now.get();
        self.say(|formats| formats.ago(at, now))
    }

    /// `18:31`, and later the day.
    pub fn moment(self, at: Timestamp) -> String {
        let now = self.now.get();
        self.say(|formats| formats.moment(at, now))
    }

    /// Which day it was where the reader is, counted from 1970; in UTC before hydration is over.
    pub fn day_number(self, at: Timestamp) -> i64 {
        if self.is_ready() {
            formats::day_number(at.0)
        } else {
            utc::day_number(at.0)
        }
    }

    fn say(self, words: impl FnOnce(&Formats) -> String) -> String {
        let formats = self.formats.get();
        formats
            .and_then(|formats| formats.try_with_value(words))
            .unwrap_or_default()
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "milliseconds since 1970 fit for 200,000 years"
)]
fn now() -> i64 {
    js_sys::Date::now() as i64
}
