//! What an answer means: each for what it was asked.

use crate::protocol::{Command, ErrorCode, Rejection, Reply, RequestId, Room, RoomId};
use crate::state::{Address, Deed, Notice, Progress, State, Touched, requests::Purpose};

use super::step::Step;

/// When the server does not say when to try again.
const RETRY_MS: i64 = 2_000;
/// Rooms to join that are listed at most; who has more searches.
const JOINABLE_ROOMS: usize = 1_000;

impl State {
    pub(super) fn succeeded(&mut self, id: RequestId, purpose: Purpose, reply: Reply, step: &mut Step) {
        match (purpose, reply) {
            (Purpose::Post(room, message), Reply::Posted { number, seq }) => {
                self.posted(room, &message, number, seq, step)
            }
            (Purpose::Older(room), Reply::Page { page }) => {
                for user in page.users.iter().cloned() {
                    if self.learn(user) {
                        step.touch(Touched::People);
                    }
                }
                step.outbox_changed |= self.timeline_mut(room).prepend(id, page);
                step.touch(Touched::Timeline(room));
            }
            (Purpose::FirstNew(room, number), Reply::Page { page }) => {
                let first_new = page.messages.last().filter(|message| message.number == number);
                let timeline = self.timeline_mut(room);
                if timeline.first_new == Some(number) {
                    timeline.first_new_at = first_new.map(|message| message.posted_at);
                    step.touch(Touched::Timeline(room));
                }
            }
            (Purpose::Users(_), Reply::Users { users }) => {
                self.people.asked.clear();
                for user in users {
                    self.learn(user);
                }
                step.touch(Touched::People);
            }
            (Purpose::Find(slug), Reply::Room { room, member: false }) if self.address.slug() == Some(&slug) => {
                self.address = Address::NotAMember(room);
                step.touch(Touched::Rooms);
            }
            (Purpose::Joinable { first }, Reply::Rooms { rooms, more }) => self.add_joinable(first, rooms, more, step),
            (Purpose::Deed(deed), reply) => self.done(deed, reply, step),
            (Purpose::Read(room, number), _) => {
                if let Some(entry) = self.rooms.get_mut(room) {
                    entry.read_is_stored(number);
                }
            }
            _ => {}
        }
    }

    pub(super) fn failed(&mut self, id: RequestId, purpose: Purpose, rejection: &Rejection, step: &mut Step) {
        let code = rejection.code;
        let pause = rejection
            .retry_after_ms
            .map_or(RETRY_MS, |pause| i64::try_from(pause).unwrap_or(RETRY_MS));
        let retry_at = step.in_milliseconds(pause.clamp(100, 60_000));
        let passes = matches!(
            code,
            ErrorCode::TooFast | ErrorCode::Unavailable | ErrorCode::NotSignedIn
        );
        match purpose {
            Purpose::Hello if matches!(code, ErrorCode::TooFast | ErrorCode::Unavailable) => {
                self.come_back_at(retry_at, step);
            }
            Purpose::Hello => {
                if !passes {
                    self.tell(code, step);
                }
                self.drop_socket(step);
            }
            Purpose::Watch(room) => {
                if matches!(code, ErrorCode::NotAMember | ErrorCode::RoomNotFound) {
                    self.revoked(room, step);
                }
            }
            Purpose::Post(room, message) => {
                let again = passes.then_some(retry_at);
                self.post_failed(room, &message, id, code, again, step);
            }
            Purpose::Older(room) => {
                self.timeline_mut(room).give_up_older();
                step.touch(Touched::Timeline(room));
            }
            Purpose::Users(_) => self.people.ask_again(Some(retry_at)),
            Purpose::Find(slug) if self.address.slug() == Some(&slug) => {
                if passes {
                    self.look_up_at = Some(retry_at);
                } else {
                    self.address = Address::NotFound(slug);
                    step.touch(Touched::Rooms);
                }
            }
            Purpose::Read(room, _) => {
                if let Some(entry) = self.rooms.get_mut(room)
                    && let (true, Some((_, at))) = (passes, entry.read_sent)
                {
                    entry.read_sent = Some((entry.read_stored, at));
                }
            }
            Purpose::Joinable { .. } => self.not_done(Deed::Browse, Progress::Refused(code), step),
            Purpose::Deed(deed) => {
                self.wished_room_is_refused(deed, code);
                self.not_done(deed, Progress::Refused(code), step);
            }
            Purpose::Find(_) | Purpose::FirstNew(..) | Purpose::Signal => {}
        }
    }

    /// What the user wanted is done; what of it others see, the feeds will show.
    fn done(&mut self, deed: Deed, reply: Reply, step: &mut Step) {
        self.forget_wished_room(deed);
        self.deeds.forget(deed);
        step.touch(Touched::Deeds);
        match (deed, reply) {
            (Deed::CreateRoom | Deed::Join(_), Reply::Room { room, .. }) => self.enter(room.slug, step),
            (Deed::Leave(room), _) => {
                self.left = Some(room);
                self.go_elsewhere(room, step);
            }
            _ => {}
        }
    }

    /// It is not done. Whoever waits for it says so; if nobody does any more, a notice does.
    pub(super) fn not_done(&mut self, deed: Deed, progress: Progress, step: &mut Step) {
        if self.deeds.progress(deed).is_some() {
            self.deeds.set(deed, progress);
            step.touch(Touched::Deeds);
        } else if let Progress::Refused(code) = progress {
            self.tell(code, step);
        }
    }

    /// Shows a refusal.
    pub(super) fn tell(&mut self, code: ErrorCode, step: &mut Step) {
        let since = step.now();
        self.notice = Some(Notice { code, since });
        step.touch(Touched::Notice);
    }

    fn add_joinable(&mut self, first: bool, mut rooms: Vec<Room>, more: bool, step: &mut Step) {
        let last: Option<RoomId> = rooms.last().map(|room| room.id);
        rooms.retain(|room| self.rooms.get(room.id).is_none());
        if self.deeds.forget(Deed::Browse) {
            step.touch(Touched::Deeds);
        }
        let known = self.joinable.get_or_insert_default();
        if first {
            known.clear();
        }
        known.append(&mut rooms);
        let is_full = known.len() >= JOINABLE_ROOMS;
        step.touch(Touched::Joinable);
        if let (true, false, Some(last)) = (more, is_full, last) {
            self.send(
                Command::ListRooms { after: Some(last) },
                Purpose::Joinable { first: false },
                step,
            );
        }
    }
}
