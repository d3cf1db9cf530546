//! One room's content: a range of messages that ends at the newest, what is still to be sent, and the members.

use std::collections::BTreeMap;

use litemap::LiteMap;

use crate::protocol::{
    ClientMessageId, Member, Message, Number, Page, RequestId, RoomId, RoomSnapshot, Seq, Timestamp, UserId,
};

use super::outbox::{Pending, Queue};

/// Messages kept of a room that is not on screen.
const KEPT_IN_BACKGROUND: usize = 200;
/// More messages than this are not kept of a room on screen either, once its reader is at the newest.
const KEPT_ON_SCREEN: usize = 1_000;
/// Changed messages remembered while an older page is on its way. When it is full, the page is asked for again.
const REMEMBERED_CHANGES: usize = 500;

/// What names a row. A confirmed message has the key of the pending one that it was, so its place on screen stays.
///
/// The author is part of it: a `client_message_id` travels to everyone, and anyone may use it again.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowKey {
    /// Who wrote it.
    pub author: UserId,
    /// The author's own name for it.
    pub client_message_id: ClientMessageId,
}

/// One row of a timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Row<'a> {
    /// Everyone sees it.
    Confirmed(&'a Message),
    /// Only we see it, so far.
    Pending {
        /// We.
        author: UserId,
        /// What is to be sent.
        pending: &'a Pending,
    },
}

impl Row<'_> {
    /// What names the row, while pending and after.
    pub fn key(&self) -> RowKey {
        let (author, client_message_id) = match self {
            Self::Confirmed(message) => (message.author, &message.client_message_id),
            Self::Pending { author, pending } => (*author, &pending.client_message_id),
        };
        RowKey {
            author,
            client_message_id: client_message_id.clone(),
        }
    }
}

/// Whether this room's changes are coming in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Watch {
    /// They are not.
    #[default]
    Off,
    /// `hello` or `watch` is on its way, since then.
    Asked(Timestamp),
    /// They are.
    On,
    /// The server said no, at that moment.
    Refused(Timestamp),
}

/// A request for older messages, and what changed behind the range since it was sent: the page may be older than that.
#[derive(Clone, Debug, PartialEq, Eq)]
struct LoadingOlder {
    request: RequestId,
    before: Number,
    changed: BTreeMap<Number, Message>,
}

/// What was new when a room was opened and did not fit into what was held of it, or what was passed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missed {
    /// How many messages.
    pub count: u64,
    /// When the first of them was posted, once that is known.
    pub since: Option<Timestamp>,
}

/// One room's content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timeline {
    pub(super) room: RoomId,
    me: UserId,
    /// Where we stand in the room's feed; none before anything is held.
    pub(super) position: Option<Seq>,
    /// The first number of the range. The range ends at the newest message.
    first: Number,
    /// Everything held of the range. While catching up in several frames there may be holes, which later frames fill.
    messages: BTreeMap<Number, Message>,
    pub(super) members: LiteMap<UserId, Member>,
    pub(super) queue: Queue,
    pub(super) watch: Watch,
    /// Set when the room is opened, and when something unread was passed over; cleared when another room is opened.
    pub(super) first_new: Option<Number>,
    /// Whether that was older than everything held, or passed over, and was not seen since. When it was posted is known, or was asked.
    pub(super) has_missed: bool,
    /// The answer.
    pub(super) first_new_at: Option<Timestamp>,
    loading_older: Option<LoadingOlder>,
}

impl Timeline {
    pub(super) fn new(room: RoomId, me: UserId) -> Self {
        Self {
            room,
            me,
            position: None,
            first: Number(1),
            messages: BTreeMap::new(),
            members: LiteMap::new(),
            queue: Queue::default(),
            watch: Watch::Off,
            first_new: None,
            has_missed: false,
            first_new_at: None,
            loading_older: None,
        }
    }

    /// Confirmed messages in order, then pending ones in the order of writing.
    pub fn rows(&self) -> Vec<Row<'_>> {
        let pending = self.queue.iter().map(|pending| Row::Pending {
            author: self.me,
            pending,
        });
        self.messages.values().map(Row::Confirmed).chain(pending).collect()
    }

    /// The confirmed messages held, in order.
    pub fn messages(&self) -> impl DoubleEndedIterator<Item = &Message> {
        self.messages.values()
    }

    /// One confirmed message, if it is held.
    pub fn message(&self, number: Number) -> Option<&Message> {
        self.messages.get(&number)
    }

    /// Whether nothing is held yet.
    pub fn is_loading(&self) -> bool {
        self.position.is_none()
    }

    /// Whether the room's first message is held, or the room is empty.
    pub fn at_beginning(&self) -> bool {
        self.position.is_some() && self.first <= Number(1)
    }

    /// Whether older messages are on their way.
    pub fn is_loading_older(&self) -> bool {
        self.loading_older.is_some()
    }

    /// Above which message the "new messages" line stands: the first that was unread when the room was opened, or when it
    /// was passed over.
    pub fn first_new(&self) -> Option<Number> {
        self.first_new
    }

    /// The same, while it is older than what was held then, or passed over.
    pub(super) fn missed(&self) -> Option<Number> {
        let is_beyond = |number: &Number| !self.is_loading() && *number < self.first;
        self.first_new.filter(|number| self.has_missed || is_beyond(number))
    }

    /// How many messages lie between the range and this older one, which counts.
    pub(super) fn distance_to(&self, number: Number) -> u64 {
        self.first.0.saturating_sub(number.0)
    }

    /// The number of the newest message held.
    pub fn newest(&self) -> Option<Number> {
        self.messages.last_key_value().map(|(number, _)| *number)
    }

    /// Starts over from a snapshot. What is pending stays; what of it the snapshot shows, or is older, is confirmed.
    pub(super) fn replace(&mut self, snapshot: RoomSnapshot) {
        let RoomSnapshot {
            position,
            page,
            members,
            ..
        } = snapshot;
        self.position = Some(position);
        // An empty page of a room that has messages holds nothing: the range starts behind them.
        self.first = page
            .messages
            .first()
            .map_or(page.posts.next(), |message| message.number);
        self.loading_older = None;
        self.messages.clear();
        self.members.clear();
        for member in members {
            self.members.insert(member.user, member);
        }
        for message in page.messages {
            self.queue.confirm(self.me, &message);
            self.messages.insert(message.number, message);
        }
        self.queue.drop_seen(position);
    }

    /// Forgets the content; what is pending stays.
    pub(super) fn forget(&mut self) {
        let queue = std::mem::take(&mut self.queue);
        *self = Self {
            queue,
            first_new: self.first_new,
            has_missed: self.has_missed,
            first_new_at: self.first_new_at,
            ..Self::new(self.room, self.me)
        };
    }

    /// Takes in a message as it now stands. Says whether a pending row became it.
    pub(super) fn upsert(&mut self, message: Message) -> bool {
        let confirmed = self.queue.confirm(self.me, &message);
        let rows = if message.number >= self.first {
            &mut self.messages
        } else if let Some(loading) = &mut self.loading_older {
            &mut loading.changed
        } else {
            // Outside the range: it counts, but is not shown.
            return confirmed;
        };
        keep_newer(rows, message);
        if self
            .loading_older
            .as_ref()
            .is_some_and(|loading| loading.changed.len() > REMEMBERED_CHANGES)
        {
            self.loading_older = None;
        }
        confirmed
    }

    /// Takes in a member as they now stand.
    pub(super) fn upsert_member(&mut self, member: Member) {
        match self.members.get(&member.user) {
            Some(known) if known.changed >= member.changed => {}
            _ => {
                self.members.insert(member.user, member);
            }
        }
    }

    /// Notes that older messages are asked for, and says before which number; none when there is nothing to ask.
    pub(super) fn load_older(&mut self, request: RequestId) -> Option<Number> {
        if self.is_loading() || self.at_beginning() || self.is_loading_older() {
            return None;
        }
        self.loading_older = Some(LoadingOlder {
            request,
            before: self.first,
            changed: BTreeMap::new(),
        });
        Some(self.first)
    }

    /// Older messages do not come: the request failed, or the line was cut.
    pub(super) fn give_up_older(&mut self) -> bool {
        self.loading_older.take().is_some()
    }

    /// Takes in the page that was asked for, if it still joins the range. Says whether a pending row was in it.
    pub(super) fn prepend(&mut self, request: RequestId, page: Page) -> bool {
        let Some(loading) = self.loading_older.take_if(|loading| loading.request == request) else {
            return false;
        };
        let joins = page
            .messages
            .last()
            .is_some_and(|last| last.number.next() == loading.before);
        if !joins || loading.before != self.first {
            return false;
        }
        if let Some(first) = page.messages.first() {
            self.first = first.number;
        }
        let mut confirmed = false;
        for message in page.messages.into_iter().chain(loading.changed.into_values()) {
            if message.number >= self.first {
                confirmed |= self.queue.confirm(self.me, &message);
                keep_newer(&mut self.messages, message);
            }
        }
        confirmed
    }

    /// Whether every number of the range is there.
    pub(super) fn is_dense(&self) -> bool {
        let Some(newest) = self.newest() else { return true };
        self.messages.len() as u64 == newest.0 + 1 - self.first.0
    }

    /// The room is not on screen any more: only its newest messages are kept.
    pub(super) fn trim(&mut self) {
        self.first_new = None;
        self.first_new_at = None;
        self.has_missed = false;
        self.loading_older = None;
        self.keep_newest(KEPT_IN_BACKGROUND);
    }

    /// Something came to a room that is not on screen: it must not grow for as long as nobody looks.
    pub(super) fn grew_in_background(&mut self) {
        if self.messages.len() > 2 * KEPT_IN_BACKGROUND {
            self.keep_newest(KEPT_IN_BACKGROUND);
        }
    }

    /// The reader is at the newest message: a long history above is let go, and can be loaded again.
    pub(super) fn reader_is_at_the_newest(&mut self) {
        if self.messages.len() > KEPT_ON_SCREEN && !self.is_loading_older() {
            self.keep_newest(KEPT_ON_SCREEN / 2);
        }
    }

    fn keep_newest(&mut self, count: usize) {
        // A range with holes is about to be filled or dropped; until then its edges mean nothing.
        if self.messages.len() <= count || !self.is_dense() {
            return;
        }
        while self.messages.len() > count {
            self.messages.pop_first();
        }
        self.first = self
            .messages
            .first_key_value()
            .map_or(self.first, |(number, _)| *number);
    }
}

/// The row with the higher `changed` wins.
fn keep_newer(rows: &mut BTreeMap<Number, Message>, message: Message) {
    match rows.get(&message.number) {
        Some(held) if held.changed >= message.changed => {}
        _ => {
            rows.insert(message.number, message);
        }
    }
}
