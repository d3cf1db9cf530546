//! The line: opening the socket, greeting, being welcomed, and what a cut means.

use crate::protocol::{CloseCode, Command, FeedId, Hello, Timestamp, VERSION, Welcome, close::CUT};
use crate::state::{
    Address, Deed, Effect, Phase, Progress, State, Touched, Transport,
    connection::{Line, Polling},
    requests::Purpose,
    timeline::Watch,
};

use super::step::Step;

/// After so many sockets that were never welcomed, polling is tried.
const SOCKETS_BEFORE_POLLING: u32 = 2;
/// Pause at least so long when the browser says that there is no network.
const SHORTEST_PAUSE_OFFLINE_MS: i64 = 1_000;

impl State {
    /// Opens the socket, unless there is one.
    pub(super) fn connect(&mut self, step: &mut Step) {
        if self.connection.line != Line::Closed || self.connection.signed_out {
            return;
        }
        self.connection.retry_at = None;
        self.connection.line = Line::Opening(step.now());
        step.wish(Effect::OpenSocket);
    }

    /// The socket is open: says where we stand.
    pub(super) fn greet(&mut self, step: &mut Step) {
        if !matches!(self.connection.line, Line::Opening(_)) {
            return;
        }
        self.connection.line = Line::Open(step.now());
        self.connection.heard_at = step.now();
        let hello = self.hello(step);
        self.connection.greeted = hello.watch.keys().copied().collect();
        self.send(Command::Hello(hello), Purpose::Hello, step);
    }

    /// Our positions. Every room in them counts as asked for.
    pub(super) fn hello(&mut self, step: &Step) -> Hello {
        let wanted: Vec<_> = self.wanted_rooms().collect();
        for (_, timeline) in &mut self.timelines {
            timeline.watch = Watch::Off;
        }
        let mut hello = Hello {
            protocol: VERSION,
            epoch: self.epoch.clone(),
            user: self.user_position,
            community: self.community_position,
            ..Hello::default()
        };
        for room in wanted {
            let timeline = self.timeline_mut(room);
            timeline.watch = Watch::Asked(step.now());
            hello.watch.insert(room, timeline.position);
        }
        hello
    }

    /// The server answers `hello` over the socket: this is the line from now on.
    pub(super) fn welcomed(&mut self, welcome: Welcome, step: &mut Step) {
        if !matches!(self.connection.line, Line::Open(_)) {
            return;
        }
        self.requests.answered(welcome.id);
        if !self.recognise(welcome, step) {
            return;
        }
        if self.connection.polling != Polling::Off {
            self.connection.polling = Polling::Off;
            self.connection.polled = false;
            step.wish(Effect::StopPolling);
        }
        self.connection.line = Line::Ready(step.now());
        self.connection.delayed = false;
        self.line_is_back(step);
        self.connection.tries_while_polling = 0;
        self.unwatch_unnamed();
        let rooms = self
            .timelines
            .iter()
            .filter(|(_, timeline)| matches!(timeline.watch, Watch::Asked(_)));
        let awaiting = rooms.map(|(room, _)| FeedId::Room(*room)).chain([FeedId::Community]);
        self.connection.awaiting = awaiting.chain(self.my_id().map(FeedId::User)).collect();
        if !self.people.shown.is_empty() {
            let users = self.people.shown.clone();
            self.send(Command::WatchPresence { users }, Purpose::Signal, step);
        }
    }

    /// What was said about there being no line is true no more.
    pub(super) fn line_is_back(&mut self, step: &mut Step) {
        self.deeds.line_is_back();
        self.notice = None;
        step.touch(Touched::Deeds);
        step.touch(Touched::Notice);
    }

    /// Rooms that a poll asked for after the socket was greeted: the socket has not heard of them.
    fn unwatch_unnamed(&mut self) {
        for (room, timeline) in &mut self.timelines {
            if !self.connection.greeted.contains(room) {
                timeline.watch = Watch::Off;
            }
        }
    }

    /// Takes in who we are, in which database, and where the rooms stand. False when we are somebody else by now.
    pub(super) fn recognise(&mut self, welcome: Welcome, step: &mut Step) -> bool {
        if self.my_id().is_some_and(|me| me != welcome.you.id) {
            // Somebody else signed in from another tab: what is held and what waits is not theirs.
            self.sign_out(step);
            return false;
        }
        if self.epoch.as_ref().is_some_and(|epoch| *epoch != welcome.epoch) {
            self.start_over(welcome.epoch.clone());
            // What was asked of the other database may still be answered, by this one.
            self.abandon_requests(step);
            step.outbox_changed = true;
            self.touch_everything(step);
        }
        self.epoch = Some(welcome.epoch);
        if self.me.is_none() {
            let pending = self.outbox();
            self.timelines.clear();
            self.me = Some(welcome.you.clone());
            pending
                .into_iter()
                .for_each(|pending| self.timeline_mut(pending.room).queue.restore(pending));
        }
        // A page may have taught us our own new profile already: then only `me` is behind.
        let is_newer = self.me.as_ref().is_some_and(|me| me.changed < welcome.you.changed);
        if self.people.learn(welcome.you.clone()) || is_newer {
            self.me = Some(welcome.you);
            step.touch(Touched::People);
        }
        for activity in welcome.rooms {
            if self.rooms.advance(activity) {
                step.touch(Touched::Rooms);
            }
        }
        if let Address::Looking(_) = self.address {
            self.look_up_at = Some(step.now());
        }
        if let Some(room) = self.open_room()
            && self
                .timelines
                .get(&room)
                .is_some_and(|timeline| timeline.first_new.is_none())
        {
            self.place_first_new(room);
            step.touch(Touched::Timeline(room));
        }
        true
    }

    /// The driver says that a line ended.
    pub(super) fn line_closed(&mut self, transport: Transport, code: u16, step: &mut Step) {
        match transport {
            Transport::Socket if self.connection.line == Line::Closed => {}
            Transport::Polling if self.connection.polling == Polling::Off => {}
            _ if !CloseCode::come_back(code) => self.sign_out(step),
            Transport::Socket => self.socket_is_gone(code, step),
            Transport::Polling => self.polling_failed(step),
        }
    }

    /// Gives the socket up from this side: it is silent, or what came over it makes no sense.
    pub(super) fn drop_socket(&mut self, step: &mut Step) {
        step.wish(Effect::CloseSocket);
        self.line_closed(Transport::Socket, CUT, step);
    }

    fn socket_is_gone(&mut self, code: u16, step: &mut Step) {
        let was_good = self.connection.socket_is_ready() && self.connection.awaiting.is_empty();
        self.connection.fruitless = if was_good {
            0
        } else {
            self.connection.fruitless.saturating_add(1)
        };
        if self.connection.polling != Polling::Off {
            self.connection.line = Line::Closed;
            let pause = self.connection.pause_while_polling();
            self.connection.retry_at = Some(step.in_milliseconds(pause));
            return;
        }
        self.forget_line(step);
        if self.connection.fruitless >= SOCKETS_BEFORE_POLLING {
            self.connection.line = Line::Closed;
            self.start_polling(step);
        } else {
            self.try_again_later(code, step);
        }
    }

    /// Schedules the next try after a line that ended with this code. It may be now.
    pub(super) fn try_again_later(&mut self, code: u16, step: &mut Step) {
        let pause = self.connection.pause_after_failure(step.now(), step.at.random, code);
        self.connection.line = Line::Closed;
        if pause == 0 {
            self.connect(step);
        } else {
            self.connection.retry_at = Some(step.in_milliseconds(pause));
        }
    }

    /// The server asks to be left alone until then. That says nothing against the road.
    pub(super) fn come_back_at(&mut self, due: Timestamp, step: &mut Step) {
        step.wish(Effect::CloseSocket);
        if self.connection.polling == Polling::Off {
            self.forget_line(step);
        }
        let pause = self.connection.pause_after_failure(step.now(), step.at.random, CUT);
        self.connection.line = Line::Closed;
        self.connection.retry_at = Some(due.max(step.in_milliseconds(pause)));
    }

    /// No answer will come any more. What has to be done in any case is to be done again; the rest is told.
    pub(super) fn forget_line(&mut self, step: &mut Step) {
        self.connection.awaiting.clear();
        self.abandon_requests(step);
        self.people.ask_again(None);
        for (room, timeline) in &mut self.timelines {
            timeline.watch = Watch::Off;
            let requeued = timeline.queue.requeue(|_| true);
            if timeline.give_up_older() || requeued {
                step.touch(Touched::Timeline(*room));
            }
        }
        for entry in self.rooms.iter_mut() {
            entry.read_sent = None;
        }
    }

    fn abandon_requests(&mut self, step: &mut Step) {
        for purpose in self.requests.abandon() {
            match purpose {
                Purpose::Deed(deed) => self.not_done(deed, Progress::NoLine, step),
                Purpose::Joinable { .. } => self.not_done(Deed::Browse, Progress::NoLine, step),
                _ => {}
            }
        }
    }

    /// The session is gone, for good.
    fn sign_out(&mut self, step: &mut Step) {
        step.wish(Effect::CloseSocket);
        step.wish(Effect::StopPolling);
        self.forget_line(step);
        self.connection.line = Line::Closed;
        self.connection.polling = Polling::Off;
        self.connection.polled = false;
        self.connection.retry_at = None;
        self.connection.signed_out = true;
        step.wish(Effect::SignIn);
    }

    /// The network is back, or the user does not want to wait.
    pub(super) fn wake(&mut self, step: &mut Step) {
        /// Longer than the pause between two heartbeats: nothing was heard though something should have been.
        const SUSPICIOUS_MS: i64 = 12_000;
        const OPENING_MS: i64 = 5_000;
        match self.connection.line {
            Line::Closed if self.connection.retry_at.is_some() => self.connect(step),
            Line::Opening(since) if step.since(since) > OPENING_MS => self.reopen(step),
            Line::Open(_) | Line::Ready(_) if step.since(self.connection.heard_at) > SUSPICIOUS_MS => self.reopen(step),
            _ => {}
        }
        self.poll_again_after_sleep(step);
    }

    /// The browser says that there is no network: nothing is waited for. Browsers may be wrong about it, so it is tried again.
    pub(super) fn go_offline(&mut self, step: &mut Step) {
        if self.connection.signed_out || self.connection.phase == Phase::Starting {
            return;
        }
        step.wish(Effect::CloseSocket);
        step.wish(Effect::StopPolling);
        self.connection.polling = Polling::Off;
        self.connection.polled = false;
        self.forget_line(step);
        let first = self.connection.pause_after_failure(step.now(), step.at.random, CUT);
        let pause = first.max(SHORTEST_PAUSE_OFFLINE_MS);
        self.connection.line = Line::Closed;
        self.connection.retry_at = Some(step.in_milliseconds(pause));
    }

    /// Somebody wants something now: a pause is over.
    pub(super) fn try_at_once(&mut self, step: &mut Step) {
        if self.connection.retry_at.is_some() && !self.connection.is_usable() {
            self.connect(step);
        }
    }

    fn reopen(&mut self, step: &mut Step) {
        step.wish(Effect::CloseSocket);
        if self.connection.polling == Polling::Off {
            self.forget_line(step);
        }
        self.connection.line = Line::Closed;
        self.connect(step);
    }
}
