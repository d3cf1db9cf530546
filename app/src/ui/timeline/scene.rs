//! What happens to the rows, and what scrolling does.

use std::cmp::Ordering;

use leptos::{html, prelude::*, web_sys::HtmlElement};

use super::{
    places::{Opening, Places, Spot},
    reading::Reading,
    rows::{Drawn, Edges, ShownRow, Window},
    scroll::{ABOVE_THE_LINE, Anchor, Sight, scroll_to, show_new_line, spot, standing},
    view::View,
};
use crate::{
    client::Client,
    protocol::Number,
    state::{Action, RowKey, State},
};

/// A row in the page. Its content changes under it, so that a confirmed message stays the element that it was.
#[derive(Clone)]
pub(super) struct LiveRow {
    pub(super) key: RowKey,
    pub(super) shown: ArcRwSignal<ShownRow>,
}

/// The timeline's moving parts.
#[derive(Clone, Copy)]
pub(super) struct Scene {
    pub(super) client: Client,
    pub(super) view: View,
    pub(super) window: RwSignal<Window>,
    pub(super) rows: RwSignal<Vec<LiveRow>>,
    pub(super) edges: RwSignal<Edges>,
    pub(super) scroller: NodeRef<html::Section>,
    /// Set while the newest message is to come into sight, whatever the scroll position still says.
    is_jumping: StoredValue<bool>,
    /// The reader is brought back to a place with the next painting.
    is_anchored: StoredValue<bool>,
    /// Set while a look at the scroll position is due.
    is_looking: StoredValue<bool>,
    /// Set until something of the room was shown.
    is_opening: StoredValue<bool>,
    /// Where the reader is to be brought, as soon as that is drawn.
    search: StoredValue<Option<Search>>,
    places: Places,
    /// How far the reader has read.
    pub(super) reading: Reading,
}

/// A place that is looked for, and from which row on older ones were last asked for because of it.
#[derive(Clone, Copy)]
struct Search {
    spot: Spot,
    asked: Option<Number>,
}

impl LiveRow {
    fn new(shown: ShownRow) -> Self {
        Self {
            key: shown.key.clone(),
            shown: ArcRwSignal::new(shown),
        }
    }
}

impl Scene {
    /// What is drawn first.
    pub(super) fn new(client: Client, view: View, drawn: Drawn) -> Self {
        let Drawn { rows, edges } = drawn;
        Self {
            client,
            view,
            window: RwSignal::new(Window::Newest),
            rows: RwSignal::new(rows.into_iter().map(LiveRow::new).collect()),
            edges: RwSignal::new(edges),
            scroller: NodeRef::new(),
            is_jumping: StoredValue::new(false),
            is_anchored: StoredValue::new(false),
            is_looking: StoredValue::new(false),
            is_opening: StoredValue::new(true),
            search: StoredValue::new(None),
            places: Places::expect(),
            reading: Reading::new(client, view),
        }
    }

    /// Puts the rows into the page, without moving what the reader looks at.
    pub(super) fn update(self, drawn: Drawn, is_first: bool) {
        let Drawn { rows, edges } = drawn;
        let Some(scroller) = self.scroller.get_untracked() else {
            return;
        };
        let before = self.edges.get_untracked();
        let is_at_end = || Sight::of(&scroller).is_at_end() && !before.more_below;
        // The element was another room's a moment ago, and so was its scroll position.
        let is_other = match is_first.then(|| self.places.open(self.view.room)) {
            None | Some(Opening::AsItStands) => false,
            Some(Opening::AtNewest) => true,
            Some(Opening::At(spot)) => {
                self.seek(spot);
                true
            }
        };
        // Who is led somewhere is not held where they are.
        let is_held = !is_other && self.search.get_value().is_none();
        // What comes before the frame is painted is restored with what came first: in between, the place is not where the reader was.
        let anchor = (is_held && !self.is_anchored.get_value()).then(|| {
            let at_end = self.is_jumping.get_value() || is_at_end();
            Anchor::take(scroller.clone(), at_end)
        });
        if anchor.is_some() {
            self.is_anchored.set_value(true);
        }
        self.merge(rows);
        if before != edges {
            self.edges.set(edges);
        }
        if is_other {
            scroller.set_scroll_top(0);
            self.search_on(&scroller);
        }
        request_animation_frame(move || {
            if self.is_gone() {
                return;
            }
            if let Some(anchor) = anchor {
                self.is_anchored.set_value(false);
                anchor.restore();
            }
            self.is_jumping.set_value(false);
            if self.is_opening.get_value() && !edges.is_loading {
                self.is_opening.set_value(false);
                if self.search.get_value().is_none() {
                    self.show_first_new(&scroller);
                }
            }
            self.search_on(&scroller);
            // Only when there is something new to see: a refused wish for older messages is not repeated by itself.
            if is_first || before.first != edges.first || before.more_above != edges.more_above {
                self.look();
            } else {
                self.mark_read();
            }
        });
    }

    /// Whether the room has been left: its element may be another one's by now.
    fn is_gone(self) -> bool {
        self.scroller.try_get_untracked().is_none()
    }

    /// The reader scrolls by themselves: they are led nowhere any more.
    pub(super) fn stop_searching(self) {
        self.search.set_value(None);
    }

    /// Begins to look for a place.
    fn seek(self, spot: Spot) {
        self.search.set_value(Some(Search { spot, asked: None }));
        self.view.at_newest.set(false);
    }

    /// Goes to the place that is looked for, or draws and loads what lies between.
    fn search_on(self, scroller: &HtmlElement) {
        let Some(Search { spot, asked }) = self.search.get_value() else {
            return;
        };
        if scroll_to(scroller, spot) {
            self.search.set_value(None);
            self.look_soon();
            return;
        }
        let edges = self.edges.get_untracked();
        let Some(first) = edges.first.filter(|_| !edges.is_loading) else {
            return;
        };
        let is_above = first > spot.message;
        if is_above && edges.more_above || !is_above && edges.more_below {
            self.window.set(Window::around(spot.message));
        } else if is_above && !edges.at_beginning && asked != Some(first) {
            let asked = Some(first);
            self.search.set_value(Some(Search { spot, asked }));
            self.client.dispatch(Action::LoadBackTo(self.view.room, spot.message));
        } else if !self.is_loading_older() {
            // What was asked for did not come, or there is no such message.
            self.search.set_value(None);
            self.look_soon();
        }
    }

    fn is_loading_older(self) -> bool {
        let room = self.view.room;
        let is_loading = |state: &State| state.timeline(room).is_some_and(|timeline| timeline.is_loading_older());
        self.client.with_untracked(is_loading)
    }

    /// Shows the "new messages" line, if it is at hand.
    fn show_first_new(self, scroller: &HtmlElement) {
        let Some(message) = self.first_new().filter(|_| !self.reading.has_missed()) else {
            return;
        };
        if self.edges.get_untracked().reach(message) {
            show_new_line(scroller);
        } else {
            let top = ABOVE_THE_LINE;
            self.seek(Spot { message, top });
        }
    }

    /// Goes to the "new messages" line, however far up it is.
    pub(super) fn return_to_first_new(self) {
        if let (Some(message), Some(scroller)) = (self.first_new(), self.scroller.get_untracked()) {
            let top = ABOVE_THE_LINE;
            self.seek(Spot { message, top });
            self.search_on(&scroller);
        }
    }

    fn first_new(self) -> Option<Number> {
        let room = self.view.room;
        self.client.with_untracked(|state| state.timeline(room)?.first_new())
    }

    /// Rows that stay keep their signal, and with it their element; only those whose content changed are drawn again.
    fn merge(self, rows: Vec<ShownRow>) {
        let known = self.rows.get_untracked();
        let is_same_list = known.len() == rows.len() && known.iter().zip(&rows).all(|(live, row)| live.key == row.key);
        // Rows keep their order, so the next one is nearly always found where the last one was.
        let mut place = 0;
        let mut find = |key: &RowKey| {
            let (passed, ahead) = known.split_at(place);
            let found = ahead.iter().chain(passed).position(|live| live.key == *key)?;
            place = (place + found) % known.len();
            Some(known[place].clone())
        };
        let rows: Vec<LiveRow> = rows
            .into_iter()
            .map(|row| match find(&row.key) {
                None => LiveRow::new(row),
                Some(live) => {
                    if live.shown.with_untracked(|shown| *shown != row) {
                        live.shown.set(row);
                    }
                    live
                }
            })
            .collect();
        if !is_same_list {
            self.rows.set(rows);
        }
    }

    /// Looks at the scroll position before the next painting, once however often it moved.
    pub(super) fn look_soon(self) {
        if !self.is_looking.get_value() {
            self.is_looking.set_value(true);
            request_animation_frame(move || self.look());
        }
    }

    fn look(self) {
        // The room may have been left since.
        let Some(Some(scroller)) = self.scroller.try_get_untracked() else {
            return;
        };
        self.is_looking.set_value(false);
        if self.search.get_value().is_some() {
            return;
        }
        let sight = Sight::of(&scroller);
        let edges = self.edges.get_untracked();
        let at_newest = sight.is_at_end() && !edges.more_below;
        self.reading.look(&scroller, at_newest);
        self.places
            .keep(self.view.room, if at_newest { None } else { spot(&scroller) });
        if self.view.at_newest.get_untracked() != at_newest {
            self.view.at_newest.set(at_newest);
        }
        let window = self.window.get_untracked();
        if at_newest && window != Window::Newest {
            self.window.set(Window::Newest);
        } else if !at_newest && window == Window::Newest {
            // Pinned, so that what arrives below does not push out what is read.
            self.window.set(edges.first.map_or(Window::Newest, Window::From));
        }
        if sight.is_near_start() && !edges.at_beginning {
            self.reach_back();
        } else if sight.is_near_end()
            && edges.more_below
            && let Some(first) = edges.first
        {
            self.window.set(Window::later(first));
        }
        self.mark_read();
    }

    /// Shows older messages: those at hand, or asks for more.
    pub(super) fn reach_back(self) {
        let edges = self.edges.get_untracked();
        match edges.first {
            Some(first) if edges.more_above => self.window.set(Window::earlier(first)),
            _ => self.client.dispatch(Action::LoadOlder(self.view.room)),
        }
    }

    /// Follows the button below: to the first unread message, where that is still to come, else to the newest.
    pub(super) fn go_down(self) {
        let Some(scroller) = self.scroller.get_untracked() else {
            return;
        };
        // The button may go away; who pressed it goes on writing.
        let is_button = |element: leptos::web_sys::Element| element.matches(".jump").unwrap_or_default();
        if document().active_element().is_some_and(is_button) {
            let _ = scroller.focus();
            self.view.go_on_writing();
        }
        let is_ahead = |unread: &Number| match standing(&scroller, *unread) {
            Some(place) => place == Ordering::Greater,
            None => self.edges.get_untracked().reach(*unread),
        };
        if self.reading.not_begun().filter(is_ahead).is_none() {
            return self.jump();
        }
        self.client.dispatch(Action::PassOverUnread(self.view.room));
        self.return_to_first_new();
    }

    /// Goes to the newest message.
    pub(super) fn jump(self) {
        self.search.set_value(None);
        self.is_jumping.set_value(true);
        self.view.at_newest.set(true);
        self.window.set(Window::Newest);
        request_animation_frame(move || {
            if let Some(Some(scroller)) = self.scroller.try_get_untracked() {
                scroller.set_scroll_top(0);
                self.look_soon();
            }
        });
    }

    /// What is in sight is read, once the room stands as it opens.
    pub(super) fn mark_read(self) {
        if self.is_opening.try_get_value() != Some(false) {
            return;
        }
        if let Some(Some(scroller)) = self.scroller.try_get_untracked() {
            self.reading.mark(&scroller, self.edges.get_untracked());
        }
    }
}
