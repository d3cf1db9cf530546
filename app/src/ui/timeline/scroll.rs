//! Where the reader is, and how that place is kept when rows come and go around it.
//!
//! The timeline is laid out from its end (see `style/timeline.css`): it opens at the newest message without a script,
//! its scroll position is 0 there, and negative above.

use leptos::{prelude::*, wasm_bindgen::JsCast, web_sys};

/// Within this many pixels of the end the newest message counts as in sight.
const IN_SIGHT: f64 = 48.0;
/// Within this many pixels of an edge more rows are fetched.
const NEAR: f64 = 900.0;
/// Room left above the "new messages" line when a room opens there.
const ABOVE_THE_LINE: f64 = 96.0;

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

/// The row at the upper edge of the view, and where exactly it was; or the end, if the reader was there.
pub(super) struct Anchor {
    scroller: web_sys::HtmlElement,
    row: Option<(web_sys::Element, f64)>,
}

impl Anchor {
    /// Notes the reader's place. To be called before the rows change.
    pub(super) fn take(scroller: web_sys::HtmlElement, at_end: bool) -> Self {
        let row = if at_end { None } else { first_in_view(&scroller) };
        Self { scroller, row }
    }

    /// Brings the reader back there. To be called when the changed rows are in the page, before it is painted.
    pub(super) fn restore(self) {
        match self.row {
            None => self.scroller.set_scroll_top(0),
            Some((row, top)) if row.is_connected() => {
                scroll_by(&self.scroller, row.get_bounding_client_rect().top() - top)
            }
            Some(_) => {}
        }
    }
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

/// Whether the page is in front of the reader.
pub(super) fn is_page_visible() -> bool {
    document().visibility_state() == web_sys::VisibilityState::Visible
}

fn first_in_view(scroller: &web_sys::HtmlElement) -> Option<(web_sys::Element, f64)> {
    let edge = scroller.get_bounding_client_rect().top();
    let rows = scroller.query_selector_all(".row").ok()?;
    (0..rows.length())
        .filter_map(|index| rows.get(index)?.dyn_into::<web_sys::Element>().ok())
        .find_map(|row| {
            let place = row.get_bounding_client_rect();
            (place.bottom() > edge).then(|| (row, place.top()))
        })
}

fn scroll_by(scroller: &web_sys::HtmlElement, distance: f64) {
    #[expect(clippy::cast_possible_truncation, reason = "a page is not billions of pixels high")]
    let distance = distance.round() as i32;
    if distance != 0 {
        scroller.set_scroll_top(scroller.scroll_top() + distance);
    }
}
