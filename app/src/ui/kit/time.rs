//! A moment, as the reader would say it.

use leptos::prelude::*;

use crate::{
    protocol::Timestamp,
    ui::{
        live::live,
        reader::{Reader, utc},
    },
};

/// How a moment is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// `18:31`.
    Clock,
    /// `5 min. ago`, later the day.
    Ago,
    /// `Today`, `Monday, 3 November`.
    Day,
}

/// Draws a moment. The server writes it in UTC; the browser puts it into the reader's zone and words, once it has taken
/// over, and says the exact moment when asked.
pub fn time(at: Timestamp, style: Style) -> AnyView {
    let reader = Reader::expect();
    let text = move || match (reader.is_ready(), style) {
        (false, Style::Clock) => utc::clock(at),
        (false, Style::Ago | Style::Day) => utc::day(at),
        (true, Style::Clock) => reader.clock(at),
        (true, Style::Ago) => reader.ago(at),
        (true, Style::Day) => reader.day(at),
    };
    view! {
        <time
            datetime=utc::iso(at)
            data-local=move || reader.is_ready().then_some("")
            title=move || reader.is_ready().then(|| reader.exact(at))
        >
            {live(text)}
        </time>
    }
    .into_any()
}
