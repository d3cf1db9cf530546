//! Server, line and client together, with a line that may do its worst: frames are lost, doubled, overtaken; lines are cut.

mod serving;

use std::collections::{BTreeMap, VecDeque};

use super::{
    scenario::ME,
    server::{Resumed, Server},
};
use crate::{
    protocol::{
        Activity, ClientFrame, ClientMessageId, ErrorCode, FeedId, Hello, Rejection, Reply, RequestId, RoomId, Seq,
        ServerFrame, Timestamp,
    },
    state::{Action, Effect, Input, Moment, Pending, State, Transport},
};

/// Everything there is.
pub(super) struct World {
    pub(super) server: Server,
    pub(super) client: State,
    now: i64,
    /// Whether the network breaks WebSocket.
    pub(super) is_blocked: bool,
    line: Line,
    up: VecDeque<ClientFrame>,
    down: VecDeque<ServerFrame>,
    http: VecDeque<ClientFrame>,
    poll: Option<(Hello, u64)>,
    /// What the browser keeps over a reload.
    stored: Vec<Pending>,
    /// Every message the user ever wrote.
    pub(super) written: Vec<(RoomId, ClientMessageId)>,
}

enum Line {
    Closed,
    Opening,
    Open(Served),
}

/// What the server knows about one connection.
#[derive(Default)]
struct Served {
    /// Feeds watched: how far they were sent, and whether that was said since the last `watch`.
    watched: BTreeMap<FeedId, Standpoint>,
    told: BTreeMap<RoomId, Activity>,
    is_greeted: bool,
}

#[derive(Clone, Debug)]
struct Standpoint {
    position: Option<Seq>,
    epoch_holds: bool,
    is_fresh: bool,
}

impl World {
    pub(super) fn new(server: Server, client: State) -> Self {
        let mut world = Self {
            server,
            client,
            now: 1_000_000,
            is_blocked: false,
            line: Line::Closed,
            up: VecDeque::new(),
            down: VecDeque::new(),
            http: VecDeque::new(),
            poll: None,
            stored: Vec::new(),
            written: Vec::new(),
        };
        world.feed(Input::Started);
        world
    }

    pub(super) fn feed(&mut self, input: Input) {
        let random = f64::from(u32::try_from(self.now % 10).unwrap()) / 10.0;
        let update = self.client.update(
            Moment {
                now: Timestamp(self.now),
                random,
            },
            input,
        );
        for effect in update.effects {
            match effect {
                Effect::OpenSocket => self.reset_line(Line::Opening),
                Effect::CloseSocket => self.reset_line(Line::Closed),
                Effect::Send(frame) if self.client.trusts_socket_with(&frame) && matches!(self.line, Line::Open(_)) => {
                    self.up.push_back(frame);
                }
                Effect::Send(frame) => self.http.push_back(frame),
                Effect::Poll { hello, wait } => self.poll = Some((hello, wait)),
                Effect::StopPolling => self.poll = None,
                Effect::StoreOutbox(pending) => self.stored = pending,
                Effect::GoTo(_) => {}
                Effect::SignIn => panic!("nobody signed out"),
            }
        }
    }

    fn reset_line(&mut self, line: Line) {
        self.line = line;
        self.up.clear();
        self.down.clear();
    }

    pub(super) fn writes(&mut self, room: RoomId) {
        let client_message_id = ClientMessageId(format!("mine-{}", self.written.len()));
        self.written.push((room, client_message_id.clone()));
        let body = format!("text of {client_message_id}");
        self.feed(Input::Action(Action::Post {
            room,
            client_message_id,
            body,
        }));
    }

    pub(super) fn passes(&mut self, seconds: u32) {
        for _ in 0..seconds {
            self.now += 1000;
            self.server.pays();
            self.feed(Input::Tick);
        }
    }

    pub(super) fn sleeps(&mut self) {
        self.now += 100_000;
        self.feed(Input::Woke);
    }

    /// The page is loaded anew: from what the server draws, and what the browser kept.
    pub(super) fn reloads(&mut self) {
        self.reset_line(Line::Closed);
        self.http.clear();
        self.poll = None;
        let room = self.client.open_room();
        self.client = State::new(Some(self.server.snapshot(room)));
        self.feed(Input::Started);
        self.feed(Input::OutboxRestored(self.stored.clone()));
    }

    // What the line does.

    pub(super) fn connects(&mut self) {
        if !matches!(self.line, Line::Opening) {
            return;
        }
        if self.is_blocked {
            self.line = Line::Closed;
            self.feed(Input::Closed {
                transport: Transport::Socket,
                code: 1006,
            });
        } else {
            self.line = Line::Open(Served::default());
            self.feed(Input::Opened);
        }
    }

    pub(super) fn is_cut(&mut self) {
        if !matches!(self.line, Line::Closed) {
            self.reset_line(Line::Closed);
            self.feed(Input::Closed {
                transport: Transport::Socket,
                code: 1006,
            });
        }
    }

    /// So many frames arrive at the server.
    pub(super) fn goes_up(&mut self, frames: usize) {
        for _ in 0..frames {
            let Some(frame) = self.up.pop_front() else { return };
            self.serve(frame);
        }
    }

    /// So many frames arrive at the client.
    pub(super) fn goes_down(&mut self, frames: usize) {
        for _ in 0..frames {
            let Some(frame) = self.down.pop_front() else { return };
            self.feed(Input::Frame(frame));
        }
    }

    fn feed_frame_at(&self, index: usize) -> Option<usize> {
        // TCP does none of this; the sync has to bear it all the same. What is no feed is taken as TCP gives it.
        let of_feeds: Vec<_> = self
            .down
            .iter()
            .enumerate()
            .filter(|(_, frame)| is_of_a_feed(frame))
            .map(|(at, _)| at)
            .collect();
        (!of_feeds.is_empty()).then(|| of_feeds[index % of_feeds.len()])
    }

    pub(super) fn loses(&mut self, index: usize) {
        if let Some(at) = self.feed_frame_at(index) {
            self.down.remove(at);
        }
    }

    pub(super) fn doubles(&mut self, index: usize) {
        if let Some(at) = self.feed_frame_at(index) {
            let frame = self.down[at].clone();
            self.down.push_back(frame);
        }
    }

    pub(super) fn overtakes(&mut self, first: usize, second: usize) {
        if let (Some(first), Some(second)) = (self.feed_frame_at(first), self.feed_frame_at(second)) {
            self.down.swap(first, second);
        }
    }

    /// A request over HTTP: carried out or not, answered or not.
    pub(super) fn requests(&mut self, is_carried_out: bool, is_answered: bool) {
        let Some(ClientFrame { id, command }) = self.http.pop_front() else {
            return;
        };
        let outcome = if is_carried_out {
            self.server.execute(command)
        } else {
            Err(unavailable())
        };
        let outcome = if is_answered { outcome } else { Err(unavailable()) };
        self.feed(Input::Frame(answer(id, outcome)));
    }

    pub(super) fn poll_fails(&mut self) {
        if self.poll.take().is_some() {
            self.feed(Input::Closed {
                transport: Transport::Polling,
                code: 1006,
            });
        }
    }

    /// The poll on its way is answered; one that may wait only when there is news or its time is over.
    pub(super) fn poll_is_answered(&mut self, time_is_over: bool) {
        let Some((hello, wait)) = self.poll.clone() else { return };
        let epoch_holds = hello.epoch == Some(self.server.epoch());
        let mut frames = vec![ServerFrame::Welcome(self.welcome(RequestId(0)))];
        for (feed, position) in feeds(&hello) {
            match self.server.resume(feed, epoch_holds, position) {
                Resumed::Changes(changes) if changes.to == changes.after => {}
                Resumed::Changes(changes) => frames.push(ServerFrame::Changes(changes)),
                Resumed::Gap(reason, snapshot) => frames.push(ServerFrame::Gap { feed, reason, snapshot }),
                Resumed::Revoked => {
                    if let FeedId::Room(room) = feed {
                        frames.push(ServerFrame::Revoked { room });
                    }
                }
            }
        }
        if frames.len() > 1 || wait == 0 || time_is_over {
            self.poll = None;
            self.feed(Input::Polled(frames));
        }
    }

    // What the server does for a connection.

    /// The server stops and starts again from a backup: every line is cut.
    pub(super) fn restores(&mut self, backup: &Server) {
        self.server.restore(backup);
        self.is_cut();
        self.poll_fails();
    }

    /// Everything works well for a while.
    pub(super) fn settles(&mut self) {
        self.is_blocked = false;
        for second in 0..100 {
            self.connects();
            self.goes_up(usize::MAX);
            // Activity is told though no feed that is watched has moved.
            self.pumps(usize::MAX);
            while self.has_more_to_send() {
                self.pumps(usize::MAX);
            }
            if second % 10 == 0 {
                self.beats();
            }
            self.goes_down(usize::MAX);
            while !self.http.is_empty() {
                self.requests(true, true);
            }
            self.poll_is_answered(second % 25 == 0);
            self.passes(1);
        }
    }

    fn has_more_to_send(&self) -> bool {
        let Line::Open(served) = &self.line else { return false };
        served.is_greeted
            && served
                .watched
                .iter()
                .any(|(feed, standpoint)| standpoint.is_fresh || standpoint.position != Some(self.server.head(*feed)))
    }
}

fn is_lost(server: &Server, feed: FeedId) -> bool {
    matches!(feed, FeedId::Room(room) if !server.is_member(ME, room))
}

fn is_of_a_feed(frame: &ServerFrame) -> bool {
    matches!(
        frame,
        ServerFrame::Changes(_) | ServerFrame::Gap { .. } | ServerFrame::Heartbeat { .. }
    )
}

fn feeds(hello: &Hello) -> Vec<(FeedId, Option<Seq>)> {
    let rooms = hello
        .watch
        .iter()
        .map(|(room, position)| (FeedId::Room(*room), *position));
    rooms
        .chain([(FeedId::User(ME), hello.user), (FeedId::Community, hello.community)])
        .collect()
}

fn answer(id: RequestId, outcome: Result<Reply, Rejection>) -> ServerFrame {
    match outcome {
        Ok(result) => ServerFrame::Ok { id, result },
        Err(rejection) => ServerFrame::Error {
            id: Some(id),
            rejection,
        },
    }
}

fn unavailable() -> Rejection {
    Rejection {
        code: ErrorCode::Unavailable,
        message: String::new(),
        retry_after_ms: None,
    }
}
