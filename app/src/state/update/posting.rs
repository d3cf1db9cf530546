//! The outbox: what is written waits here until the room's feed brings it back.

use crate::protocol::{ClientMessageId, Command, ErrorCode, Number, RequestId, RoomId, Seq, Timestamp};
use crate::state::{
    Delivery, Pending, State, Touched,
    outbox::{OUTBOX_MESSAGES, Queued},
    requests::Purpose,
};

use super::step::Step;

impl State {
    pub(super) fn post(&mut self, room: RoomId, client_message_id: ClientMessageId, body: String, step: &mut Step) {
        if self.is_pending(&client_message_id) {
            return;
        }
        if self
            .timelines
            .values()
            .map(|timeline| timeline.queue.len())
            .sum::<usize>()
            >= OUTBOX_MESSAGES
        {
            self.tell(ErrorCode::TooMany, step);
            return;
        }
        let delivery = Delivery::Queued;
        let pending = Pending {
            client_message_id,
            room,
            body,
            queued_at: step.now(),
            delivery,
        };
        self.timeline_mut(room).queue.push(pending);
        // What was said ends the typing; the next key is told at once.
        self.typed = None;
        self.outbox_moved(room, step);
        self.try_at_once(step);
    }

    /// Sends the first of every room's queue, unless one of it is on its way.
    pub(super) fn send_queues(&mut self, step: &mut Step) {
        for (room, timeline) in &mut self.timelines {
            let Some(Queued { pending, sending, .. }) = timeline.queue.next_to_send(step.now()) else {
                continue;
            };
            let id = self.requests.next();
            *sending = Some((id, step.now()));
            pending.delivery = Delivery::Sent;
            let client_message_id = pending.client_message_id.clone();
            self.requests
                .expect(id, Purpose::Post(*room, client_message_id.clone()));
            step.send(
                id,
                Command::PostMessage {
                    room: *room,
                    client_message_id,
                    body: pending.body.clone(),
                    read: self.rooms.get(*room).map(|entry| entry.read),
                },
            );
            step.touch(Touched::Timeline(*room));
        }
    }

    /// It is stored. The row stays as it is until the feed brings it.
    pub(super) fn posted(&mut self, room: RoomId, id: &ClientMessageId, number: Number, seq: Seq, step: &mut Step) {
        if let Some(entry) = self.rooms.get_mut(room) {
            entry.advance(seq, number, None);
            entry.read_by_posting(number, step.now());
            step.touch(Touched::Rooms);
        }
        let is_followed = self.recent.contains(&room);
        let timeline = self.timeline_mut(room);
        if let Some(queued) = timeline.queue.get_mut(id) {
            queued.stored = Some(seq);
            queued.sending = None;
            queued.pending.delivery = Delivery::Sent;
        }
        // The feed may have passed it already, with a message behind the range held; or nobody listens to it.
        if timeline
            .position
            .is_some_and(|position| timeline.queue.drop_seen(position))
            || !is_followed
        {
            timeline.queue.remove(id);
            self.outbox_moved(room, step);
        }
    }

    /// It is not stored, or nobody knows. With `again` it is tried once more from then on; otherwise the user decides.
    pub(super) fn post_failed(
        &mut self,
        room: RoomId,
        id: &ClientMessageId,
        request: RequestId,
        code: ErrorCode,
        again: Option<Timestamp>,
        step: &mut Step,
    ) {
        let Some(queued) = self.timeline_mut(room).queue.get_mut(id) else {
            return;
        };
        if queued.sending.is_none_or(|(sent, _)| sent != request) {
            return;
        }
        queued.sending = None;
        match again {
            Some(moment) => {
                queued.not_before = moment;
                queued.pending.delivery = Delivery::Queued;
            }
            None => queued.pending.delivery = Delivery::Failed(code),
        }
        self.outbox_moved(room, step);
    }

    pub(super) fn retry(&mut self, id: &ClientMessageId, step: &mut Step) {
        let Some(room) = self.room_of_pending(id) else { return };
        if let Some(queued) = self.timeline_mut(room).queue.get_mut(id)
            && matches!(queued.pending.delivery, Delivery::Failed(_))
        {
            queued.pending.delivery = Delivery::Queued;
            self.outbox_moved(room, step);
        }
    }

    /// What is on its way, or stored, cannot be thrown away any more.
    pub(super) fn discard(&mut self, id: &ClientMessageId, step: &mut Step) {
        let Some(room) = self.room_of_pending(id) else { return };
        let queue = &mut self.timeline_mut(room).queue;
        if queue
            .get_mut(id)
            .is_some_and(|queued| queued.pending.delivery != Delivery::Sent)
        {
            queue.remove(id);
            self.outbox_moved(room, step);
        }
    }

    /// What was remembered from an earlier visit, less what has arrived meanwhile.
    pub(super) fn restore_outbox(&mut self, remembered: Vec<Pending>, step: &mut Step) {
        let me = self.my_id();
        for pending in remembered {
            let room = pending.room;
            let is_held = self.is_pending(&pending.client_message_id);
            let timeline = self.timeline_mut(room);
            let is_confirmed = timeline
                .messages()
                .any(|message| Some(message.author) == me && message.client_message_id == pending.client_message_id);
            if !is_held && !is_confirmed {
                timeline.queue.restore(pending);
            }
            self.outbox_moved(room, step);
        }
    }

    fn outbox_moved(&self, room: RoomId, step: &mut Step) {
        step.outbox_changed = true;
        step.touch(Touched::Timeline(room));
    }
}
