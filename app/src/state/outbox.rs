//! What is still to be sent: a queue per room, kept in the order of writing, durable in the browser.

use serde::Serialize;

use super::pause::has_come;
use crate::protocol::{
    ClientMessageId, ErrorCode, Message, RequestId, RoomId, Seq, Timestamp, UserId,
    json::{Json, Object},
    read::{Read, Unreadable, readable},
};

/// Messages that may wait in all rooms together. When it is full, a new one is refused with `too_many`.
pub const OUTBOX_MESSAGES: usize = 500;

/// A message that the room's feed has not brought back yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Pending {
    /// One's own name for it; the confirmed message bears the same.
    pub client_message_id: ClientMessageId,
    /// Where.
    pub room: RoomId,
    /// The text.
    pub body: String,
    /// When it was written, by this client's clock.
    pub queued_at: Timestamp,
    /// How far it has come.
    pub delivery: Delivery,
}

readable!(Pending {
    client_message_id,
    room,
    body,
    queued_at,
    delivery
});

/// How far a pending message has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Delivery {
    /// Waits for the line, or for its turn.
    Queued,
    /// On its way, or stored and not yet seen in the feed.
    Sent,
    /// Refused. The user may try again, or discard it.
    Failed(ErrorCode),
}

impl Read for Delivery {
    fn read(json: Json) -> Result<Self, Unreadable> {
        match json {
            Json::Text(word) if word == "Queued" => Ok(Self::Queued),
            Json::Text(word) if word == "Sent" => Ok(Self::Sent),
            json => Object::of(json)?.take("Failed").map(Self::Failed),
        }
    }
}

/// A pending message with what only the sending cares about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Queued {
    pub(super) pending: Pending,
    /// The command on its way, and since when.
    pub(super) sending: Option<(RequestId, Timestamp)>,
    /// Not to be sent before this moment: the server said "too fast".
    pub(super) not_before: Timestamp,
    /// At which seq the server said that it is stored. It stays until the feed brings it, so that nothing flickers.
    pub(super) stored: Option<Seq>,
}

/// One room's queue, in the order of writing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Queue {
    waiting: Vec<Queued>,
}

impl Queue {
    pub(super) fn iter(&self) -> impl Iterator<Item = &Pending> {
        self.waiting.iter().map(|queued| &queued.pending)
    }

    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    pub(super) fn holds(&self, id: &ClientMessageId) -> bool {
        self.waiting
            .iter()
            .any(|queued| queued.pending.client_message_id == *id)
    }

    pub(super) fn push(&mut self, pending: Pending) {
        self.waiting.push(Queued {
            pending,
            sending: None,
            not_before: Timestamp(i64::MIN),
            stored: None,
        });
    }

    /// Puts back what was remembered, before everything written since.
    pub(super) fn restore(&mut self, mut pending: Pending) {
        if matches!(pending.delivery, Delivery::Sent) {
            pending.delivery = Delivery::Queued;
        }
        self.push(pending);
        self.waiting.sort_by_key(|queued| queued.pending.queued_at);
    }

    pub(super) fn get_mut(&mut self, id: &ClientMessageId) -> Option<&mut Queued> {
        self.waiting
            .iter_mut()
            .find(|queued| queued.pending.client_message_id == *id)
    }

    pub(super) fn remove(&mut self, id: &ClientMessageId) -> bool {
        let before = self.waiting.len();
        self.waiting.retain(|queued| queued.pending.client_message_id != *id);
        self.waiting.len() != before
    }

    /// The message is in the timeline: it is pending no more.
    pub(super) fn confirm(&mut self, me: UserId, message: &Message) -> bool {
        message.author == me && self.remove(&message.client_message_id)
    }

    /// Lets go of what the feed has passed: it is in the timeline, or older than what the timeline holds.
    pub(super) fn drop_seen(&mut self, position: Seq) -> bool {
        let before = self.waiting.len();
        self.waiting
            .retain(|queued| !matches!(queued.stored, Some(seq) if seq <= position));
        self.waiting.len() != before
    }

    /// Lets go of what is stored where it cannot be seen any more.
    pub(super) fn drop_stored(&mut self) -> bool {
        let before = self.waiting.len();
        self.waiting.retain(|queued| queued.stored.is_none());
        self.waiting.len() != before
    }

    /// The one to send now. One at a time: a refusal of the first must not let the second overtake it.
    pub(super) fn next_to_send(&mut self, now: Timestamp) -> Option<&mut Queued> {
        let next = self
            .waiting
            .iter_mut()
            .find(|queued| queued.stored.is_none() && !matches!(queued.pending.delivery, Delivery::Failed(_)))?;
        (next.sending.is_none() && has_come(next.not_before, now)).then_some(next)
    }

    /// The line is cut, or a command has waited too long: what is not known to be stored is to be sent again.
    pub(super) fn requeue(&mut self, is_lost: impl Fn(Timestamp) -> bool) -> bool {
        let mut changed = false;
        for queued in &mut self.waiting {
            if queued.sending.is_some_and(|(_, since)| is_lost(since)) {
                queued.sending = None;
                queued.pending.delivery = Delivery::Queued;
                changed = true;
            }
        }
        changed
    }

    /// Another database: what the former one stored may be missing in this one, so it is offered again.
    pub(super) fn doubt_everything(&mut self) {
        for queued in &mut self.waiting {
            queued.sending = None;
            queued.not_before = Timestamp(i64::MIN);
            queued.stored = None;
            if matches!(queued.pending.delivery, Delivery::Sent) {
                queued.pending.delivery = Delivery::Queued;
            }
        }
    }
}
