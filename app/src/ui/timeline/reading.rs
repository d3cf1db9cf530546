//! What counts as read: what came into sight, and not what was passed over.

use std::cmp::Ordering;

use leptos::{prelude::*, web_sys::HtmlElement};

use super::{
    rows::Edges,
    scroll::{Sight, is_new_line_in_view, is_page_visible, standing},
    view::View,
};
use crate::{
    client::Client,
    protocol::Number,
    state::{Action, State},
};

/// How far one has read an open room.
#[derive(Clone, Copy)]
pub(super) struct Reading {
    client: Client,
    view: View,
    /// Set while the reader is at the newest message and sees whatever comes, with nothing in between.
    is_following: StoredValue<bool>,
    /// The newest message when the first unread one was last in sight: the reader knows where these begin, and what came later after them.
    begun: StoredValue<Number>,
}

impl Reading {
    /// Nothing was seen yet.
    pub(super) fn new(client: Client, view: View) -> Self {
        Self {
            client,
            view,
            is_following: StoredValue::new(false),
            begun: StoredValue::new(Number(0)),
        }
    }

    /// Page or line went away: what comes until they are back comes unseen.
    pub(super) fn interrupt(self) {
        self.is_following.set_value(false);
    }

    /// Notes what a scroll position shows.
    pub(super) fn look(self, scroller: &HtmlElement, at_newest: bool) {
        if !at_newest {
            self.interrupt();
        }
        if !is_page_visible() {
            return;
        }
        if self.has_missed() && is_new_line_in_view(scroller) {
            self.client.dispatch(Action::SeeFirstNew(self.view.room));
        }
        if let Some(unread) = self.not_begun()
            && standing(scroller, unread) == Some(Ordering::Equal)
        {
            self.begun.set_value(self.newest().unwrap_or(unread));
        }
    }

    /// The first unread message, if it is at hand and was not in sight since it came.
    pub(super) fn not_begun(self) -> Option<Number> {
        let newest = self.newest()?;
        let is_new = |unread: &Number| *unread <= newest && *unread > self.begun.get_value();
        self.first_unread().filter(is_new)
    }

    /// What is in sight at the newest message is read, and what stands above it, unless that was passed over.
    pub(super) fn mark(self, scroller: &HtmlElement, edges: Edges) {
        // Who has missed something has not seen it, though the newest is in sight. Where the reader is on the way to, they are not yet.
        let is_at_newest = Sight::of(scroller).is_at_end() && !edges.more_below;
        if !is_page_visible() || self.has_missed() || !is_at_newest {
            return;
        }
        let room = self.view.room;
        let Some(unread) = self.first_unread() else {
            return self.follow();
        };
        // What was said while the line was cut may be on its way still.
        let Some(newest) = self.newest().filter(|newest| unread <= *newest) else {
            return;
        };
        if !self.is_following.get_value() && unread > self.begun.get_value() {
            match standing(scroller, unread) {
                Some(Ordering::Equal | Ordering::Greater) => {}
                // It is about to be.
                None if edges.reach(unread) => return,
                Some(Ordering::Less) | None => return self.client.dispatch(Action::PassOverUnread(room)),
            }
        }
        self.client.dispatch(Action::Read(room, newest));
        self.follow();
    }

    /// The reader is at the newest message. While there is no line, or more is known to be on its way, more than a screen may come at once.
    fn follow(self) {
        let is_usable = self.client.with_untracked(|state| state.connection().is_usable());
        self.is_following.set_value(is_usable && self.first_unread().is_none());
    }

    pub(super) fn has_missed(self) -> bool {
        let room = self.view.room;
        self.client.with_untracked(|state| state.missed(room).is_some())
    }

    fn first_unread(self) -> Option<Number> {
        let room = self.view.room;
        self.client.with_untracked(|state| state.first_unread(room))
    }

    fn newest(self) -> Option<Number> {
        let room = self.view.room;
        let newest = |state: &State| state.timeline(room)?.newest();
        self.client.with_untracked(newest)
    }
}
