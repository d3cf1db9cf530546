//! Where the reader is, and how that place is kept when rows come and go around it.
//!
//! The timeline is laid out from its end (see `style/timeline/history.css`): it opens at the newest message without a script,
//! its scroll position is 0 there, and negative above.

use std::cmp::Ordering;

use leptos::{prelude::*, wasm_bindgen::JsCast, web_sys};

use super::places::Spot;
use crate::protocol::Number;

/// Within this many pixels of the end the newest message counts as in sight.
const IN_SIGHT: f64 = 48.0;
/// Within this many pixels of an edge more rows are fetched.
const NEAR: f64 = 900.0;
/// Room left above the "new messages" line when a room opens there.
pub(super) const ABOVE_THE_LINE: f64 = 96.0;

/// How far the reader is from both ends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sight {
    above: f64,
    below: f64,
}

impl Sight {
    pub(super) fn of(scroller: &web_sys::HtmlElement) -> Self {
        let below = -f64::from(scroller.scroll_top());
        let whole = f64::from(scroller.scroll_height()) - f64::from(scroller.client_height());
        Self {
            above: whole - below,
            below,
        }
    }

    pub(super) fn is_near_start(self) -> bool {
        self.above < NEAR
    }

    pub(super) fn is_near_end(self) -> bool {
        self.below < NEAR
    }

    pub(super) fn is_at_end(self) -> bool {
        self.below < IN_SIGHT
    }
}

/// The row at the upper edge of the view, and where exactly its text was; or the end, if the reader was there.
pub(super) struct Anchor {
    scroller: web_sys::HtmlElement,
    row: Option<(web_sys::Element, f64)>,
}

impl Anchor {
    /// Notes the reader's place. To be called before the rows change.
    pub(super) fn take(scroller: web_sys::HtmlElement, at_end: bool) -> Self {
        let row = if at_end { None } else { first_in_view(&scroller) };
        let row = row.map(|(row, _)| {
            let top = top_of_text(&row);
            (row, top)
        });
        Self { scroller, row }
    }

    /// Brings the reader back there. To be called when the changed rows are in the page, before it is painted.
    pub(super) fn restore(self) {
        match self.row {
            None => self.scroller.set_scroll_top(0),
            Some((row, top)) if row.is_connected() => scroll_by(&self.scroller, top_of_text(&row) - top),
            Some(_) => {}
        }
    }
}

/// Where one begins to read a row. What stands above its text goes when rows come that are older: day and name.
fn top_of_text(row: &web_sys::Element) -> f64 {
    let text = row.query_selector(".text").ok().flatten();
    text.as_ref().unwrap_or(row).get_bounding_client_rect().top()
}

/// Shows the "new messages" line, if it is above the view.
pub(super) fn show_new_line(scroller: &web_sys::HtmlElement) {
    let Ok(Some(line)) = scroller.query_selector(".new-line") else {
        return;
    };
    let distance = line.get_bounding_client_rect().top() - scroller.get_bounding_client_rect().top();
    if distance < 0.0 {
        scroll_by(scroller, distance - ABOVE_THE_LINE);
    }
}

/// Whether the "new messages" line is in view.
pub(super) fn is_new_line_in_view(scroller: &web_sys::HtmlElement) -> bool {
    let line = scroller.query_selector(".new-line").ok().flatten();
    line.is_some_and(|line| {
        let (line, view) = (line.get_bounding_client_rect(), scroller.get_bounding_client_rect());
        line.bottom() > view.top() && line.top() < view.bottom()
    })
}

/// Whether a message stands above the view, in it, or below; nothing when it is not in the page.
pub(super) fn standing(scroller: &web_sys::HtmlElement, message: Number) -> Option<Ordering> {
    let row = row_of(scroller, message)?.get_bounding_client_rect();
    let view = scroller.get_bounding_client_rect();
    Some(if row.bottom() <= view.top() {
        Ordering::Less
    } else if row.top() >= view.bottom() {
        Ordering::Greater
    } else {
        Ordering::Equal
    })
}

/// Whether the page is in front of the reader.
pub(super) fn is_page_visible() -> bool {
    document().visibility_state() == web_sys::VisibilityState::Visible
}

/// The message at the upper edge of the view. One that waits to be sent has no number, and is no place to come back to.
pub(super) fn spot(scroller: &web_sys::HtmlElement) -> Option<Spot> {
    let (row, top) = first_in_view(scroller)?;
    Some(Spot {
        message: message_of(&row)?,
        top: top - scroller.get_bounding_client_rect().top(),
    })
}

/// Brings a message to its former height. False when it is not in the page.
pub(super) fn scroll_to(scroller: &web_sys::HtmlElement, spot: Spot) -> bool {
    let row = row_of(scroller, spot.message);
    if let Some(row) = &row {
        let top = row.get_bounding_client_rect().top() - scroller.get_bounding_client_rect().top();
        scroll_by(scroller, top - spot.top);
    }
    row.is_some()
}

fn row_of(scroller: &web_sys::HtmlElement, message: Number) -> Option<web_sys::Element> {
    scroller.query_selector(&format!("#message-{message}")).ok().flatten()
}

/// Brings the tools of the message that was tapped into view: they stand above it.
pub(super) fn show_tools(scroller: &web_sys::HtmlElement) {
    if let Ok(Some(tools)) = scroller.query_selector(".selected > .tools") {
        let distance = tools.get_bounding_client_rect().top() - scroller.get_bounding_client_rect().top();
        scroll_by(scroller, distance.min(0.0));
    }
}

/// The message in whose row this element is.
pub(super) fn message_of(element: &web_sys::Element) -> Option<Number> {
    let row = element.closest(".row").ok().flatten()?;
    row.id().strip_prefix("message-")?.parse().ok().map(Number)
}

/// Rows stand below each other: the first one whose end is in view is found by halves.
fn first_in_view(scroller: &web_sys::HtmlElement) -> Option<(web_sys::Element, f64)> {
    let edge = scroller.get_bounding_client_rect().top();
    let rows = scroller.query_selector_all(".row").ok()?;
    let row = |index| rows.get(index)?.dyn_into::<web_sys::Element>().ok();
    let (mut first, mut end) = (0, rows.length());
    while first < end {
        let middle = u32::midpoint(first, end);
        if row(middle)?.get_bounding_client_rect().bottom() > edge {
            end = middle;
        } else {
            first = middle + 1;
        }
    }
    let row = row(first)?;
    let top = row.get_bounding_client_rect().top();
    Some((row, top))
}

fn scroll_by(scroller: &web_sys::HtmlElement, distance: f64) {
    #[expect(clippy::cast_possible_truncation, reason = "a page is not billions of pixels high")]
    let distance = distance.round() as i32;
    if distance != 0 {
        scroller.set_scroll_top(scroller.scroll_top() + distance);
    }
}
