//! Which rows are drawn, and what each of them shows. Plain values, so that they can be tested without a browser.

use crate::{
    protocol::{Number, Role, RoomId, Timestamp, UserId},
    state::{Delivery, Row, RowKey, State},
};

/// Rows drawn while the reader is at the newest message.
const NEWEST_ROWS: usize = 120;
/// Rows drawn at most: a browser lays them out in a few milliseconds.
const MOST_ROWS: usize = 300;
/// Rows by which the window moves when the reader comes near its edge.
const STEP: u64 = 100;
/// What one author says within this time stands under one name.
const TOGETHER_MS: i64 = 5 * 60_000;

/// Which part of the timeline is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Window {
    /// The newest rows.
    Newest,
    /// From this message on.
    From(Number),
}

impl Window {
    /// The window, moved towards older messages.
    pub(super) fn earlier(first: Number) -> Self {
        Self::From(Number(first.0.saturating_sub(STEP).max(1)))
    }

    /// A window with this message in it, and some before it.
    pub(super) fn around(message: Number) -> Self {
        Self::From(Number(message.0.saturating_sub(STEP / 2).max(1)))
    }

    /// The window, moved towards newer messages.
    pub(super) fn later(first: Number) -> Self {
        Self::From(Number(first.0 + STEP))
    }
}

/// What is drawn.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Drawn {
    /// From old to new.
    pub(super) rows: Vec<ShownRow>,
    /// What lies beyond them.
    pub(super) edges: Edges,
}

/// What lies beyond the rows that are drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Edges {
    /// The first message that is drawn.
    pub(super) first: Option<Number>,
    /// There are older ones at hand.
    pub(super) more_above: bool,
    /// There are newer ones at hand.
    pub(super) more_below: bool,
    /// The room's first message is at hand.
    pub(super) at_beginning: bool,
    /// Nothing of the room is at hand yet.
    pub(super) is_loading: bool,
}

impl Edges {
    /// Whether the rows that are drawn begin at this message or before it.
    pub(super) fn reach(self, message: Number) -> bool {
        self.first.is_some_and(|first| first <= message)
    }
}

/// What one row shows.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ShownRow {
    /// Stays when a pending message is confirmed.
    pub(super) key: RowKey,
    /// None while pending.
    pub(super) number: Option<Number>,
    pub(super) at: Timestamp,
    pub(super) body: String,
    pub(super) is_edited: bool,
    pub(super) is_deleted: bool,
    /// None once confirmed.
    pub(super) delivery: Option<Delivery>,
    /// Shows its author.
    pub(super) is_head: bool,
    /// The first of its day.
    pub(super) opens_day: bool,
    /// The "new messages" line stands above it.
    pub(super) is_first_new: bool,
    pub(super) may_edit: bool,
    pub(super) may_delete: bool,
}

/// Chooses the rows of a window. `day_of` counts days where the reader is.
pub(super) fn draw(state: &State, room: RoomId, window: Window, day_of: impl Fn(Timestamp) -> i64) -> Drawn {
    let Some(timeline) = state.timeline(room) else {
        return Drawn {
            rows: Vec::new(),
            edges: Edges {
                is_loading: true,
                ..Edges::default()
            },
        };
    };
    let all: Vec<Row<'_>> = timeline.rows();
    let start = match window {
        Window::Newest => all.len().saturating_sub(NEWEST_ROWS),
        Window::From(first) => all
            .iter()
            .position(|row| number(row).is_none_or(|at| at >= first))
            .unwrap_or(0),
    };
    let end = all.len().min(start + MOST_ROWS);
    let me = state.me().map(|me| me.id);
    let is_owner = state.room(room).is_some_and(|entry| entry.role >= Role::Owner);

    // Whatever is above it and not drawn: the first row loses day and name only when there are rows above it that keep it in its place.
    let mut previous = None;
    let mut rows = Vec::with_capacity(end - start);
    for row in &all[start..end] {
        let mut shown = show(row, me, is_owner);
        let (author, at) = placed(row);
        shown.opens_day = previous.is_none_or(|(_, before)| day_of(before) != day_of(at));
        shown.is_first_new = shown.number.is_some() && shown.number == timeline.first_new();
        shown.is_head = shown.opens_day
            || shown.is_first_new
            || previous.is_none_or(|(who, before)| who != author || at.0 - before.0 > TOGETHER_MS);
        previous = Some((author, at));
        rows.push(shown);
    }
    let edges = Edges {
        first: rows.iter().find_map(|row| row.number),
        more_above: start > 0,
        more_below: end < all.len(),
        at_beginning: timeline.at_beginning() && start == 0,
        is_loading: timeline.is_loading(),
    };
    Drawn { rows, edges }
}

fn show(row: &Row<'_>, me: Option<UserId>, is_owner: bool) -> ShownRow {
    let blank = ShownRow {
        key: row.key(),
        number: None,
        at: Timestamp(0),
        body: String::new(),
        is_edited: false,
        is_deleted: false,
        delivery: None,
        is_head: false,
        opens_day: false,
        is_first_new: false,
        may_edit: false,
        may_delete: false,
    };
    match row {
        Row::Confirmed(message) => {
            let is_mine = me == Some(message.author);
            ShownRow {
                number: Some(message.number),
                at: message.posted_at,
                body: message.body.clone(),
                is_edited: message.edited_at.is_some() && !message.deleted,
                is_deleted: message.deleted,
                may_edit: is_mine && !message.deleted,
                may_delete: (is_mine || is_owner) && !message.deleted,
                ..blank
            }
        }
        Row::Pending { pending, .. } => ShownRow {
            at: pending.queued_at,
            body: pending.body.clone(),
            delivery: Some(pending.delivery),
            ..blank
        },
    }
}

fn placed(row: &Row<'_>) -> (UserId, Timestamp) {
    match row {
        Row::Confirmed(message) => (message.author, message.posted_at),
        Row::Pending { author, pending } => (*author, pending.queued_at),
    }
}

fn number(row: &Row<'_>) -> Option<Number> {
    match row {
        Row::Confirmed(message) => Some(message.number),
        Row::Pending { .. } => None,
    }
}

#[cfg(test)]
mod tests;
