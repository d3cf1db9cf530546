//! Does what `app::state` wishes over a real line, and is a bad line.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use app::{
    protocol::{
        ClientMessageId, ErrorCode, Rejection, RoomId, ServerFrame, Snapshot, Timestamp,
        http::{Poll, Polled},
    },
    state::{Delivery, Effect, Input, Moment, Pending, Phase, State, Transport},
};
use rand::{Rng as _, rngs::StdRng};
use reqwest::{Method, StatusCode};
use tokio::{
    sync::{Notify, watch},
    task::{JoinHandle, JoinSet},
    time::{Instant, MissedTickBehavior, interval, timeout},
};

use super::mischief;
use crate::harness::{Client, Ended, PATIENCE, Person};

/// How often a step is taken, and how often the state is told that time passes.
const RHYTHM: Duration = Duration::from_millis(15);

/// What the test sees of a client.
#[derive(Default)]
pub struct Shared {
    state: Mutex<Option<State>>,
    done: AtomicU64,
    /// What was posted, and where.
    pub posted: Mutex<Vec<(RoomId, ClientMessageId)>>,
    /// Rung at each move.
    pub moves: Notify,
}

impl Shared {
    pub fn state(&self) -> State {
        self.state.lock().unwrap().clone().unwrap_or_else(|| State::new(None))
    }

    /// Waits until so many steps are taken.
    pub async fn has_done(&self, steps: u64) {
        let done = async {
            loop {
                let moved = self.moves.notified();
                if self.done.load(Ordering::Relaxed) >= steps {
                    return;
                }
                moved.await;
            }
        };
        timeout(PATIENCE * 2, done).await.expect("the clients go on");
    }
}

/// One client.
pub struct Driver {
    person: Arc<Person>,
    shared: Arc<Shared>,
    pub(super) chance: StdRng,
    steps: u64,
    pub(super) state: State,
    began: Instant,
    /// Time that was skipped, so that nobody waits for a countdown.
    skipped: i64,
    socket: Option<(Client, usize)>,
    opening: Option<JoinHandle<Option<Client>>>,
    polling: Option<JoinHandle<Answer>>,
    commands: JoinSet<ServerFrame>,
    /// Frames that are overtaken by others.
    late: Vec<ServerFrame>,
    stored: Vec<Pending>,
}

/// What HTTP said; none when there was no server.
type Answer = Option<(StatusCode, serde_json::Value)>;

enum Happening {
    Tick,
    Grown(bool),
    Opened(Option<Client>),
    Polled(Answer),
    Answered(ServerFrame),
}

impl Driver {
    pub fn new(person: Arc<Person>, shared: Arc<Shared>, chance: StdRng, steps: u64) -> Self {
        Self {
            person,
            shared,
            chance,
            steps,
            state: State::new(None),
            began: Instant::now(),
            skipped: 0,
            socket: None,
            opening: None,
            polling: None,
            commands: JoinSet::new(),
            late: Vec::new(),
            stored: Vec::new(),
        }
    }

    /// Runs until it is aborted: steps and mischief first, then only what the state wishes.
    pub async fn run(mut self, is_calm: watch::Receiver<bool>) {
        self.starts(None);
        let mut rhythm = interval(RHYTHM);
        rhythm.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let happening = {
                let Self {
                    socket,
                    opening,
                    polling,
                    commands,
                    ..
                } = &mut self;
                tokio::select! {
                    _ = rhythm.tick() => Happening::Tick,
                    grown = grown(socket) => Happening::Grown(grown),
                    opened = done(opening) => Happening::Opened(opened),
                    answer = done(polling) => Happening::Polled(answer),
                    Some(Ok(answer)) = commands.join_next() => Happening::Answered(answer),
                }
            };
            let calm = *is_calm.borrow();
            match happening {
                Happening::Tick => self.ticks(calm).await,
                Happening::Grown(grown) => self.receives(grown, calm),
                Happening::Opened(client) => self.opened(client),
                Happening::Polled(answer) => self.polled(answer),
                Happening::Answered(frame) => self.feed(Input::Frame(frame)),
            }
            *self.shared.state.lock().unwrap() = Some(self.state.clone());
            self.shared.moves.notify_waiters();
        }
    }

    /// A page that was just loaded, with what an earlier one left to be sent.
    fn starts(&mut self, snapshot: Option<Snapshot>) {
        self.tears();
        self.polling.take().inspect(JoinHandle::abort);
        self.commands.abort_all();
        self.state = State::new(snapshot);
        let stored = std::mem::take(&mut self.stored);
        self.feed(Input::OutboxRestored(stored));
        self.feed(Input::Started);
        self.feed(Input::Action(app::state::Action::OpenRoom(crate::harness::GENERAL)));
    }

    async fn ticks(&mut self, calm: bool) {
        if matches!(self.state.connection().phase(), Phase::Waiting { .. }) {
            self.skipped += 1_000;
        }
        self.feed(Input::Tick);
        for frame in std::mem::take(&mut self.late) {
            self.feed(Input::Frame(frame));
        }
        if calm || self.shared.done.load(Ordering::Relaxed) >= self.steps {
            return;
        }
        self.shared.done.fetch_add(1, Ordering::Relaxed);
        match self.chance.random_range(0..100) {
            0..4 => self.is_cut(),
            4..6 => {
                let answer = self
                    .person
                    .tries(Method::GET, "/api/v1/snapshot?room=general", None)
                    .await;
                // There may be no server just now, or no such room any more: then it starts with nothing.
                let snapshot = answer
                    .ok()
                    .and_then(|(_, snapshot)| serde_json::from_value(snapshot).ok());
                self.starts(snapshot);
            }
            6 => self.feed(Input::Woke),
            _ => {
                if let Some(action) = mischief::action(&self.state, &mut self.chance) {
                    if let app::state::Action::Post {
                        room,
                        client_message_id,
                        ..
                    } = &action
                    {
                        self.shared
                            .posted
                            .lock()
                            .unwrap()
                            .push((*room, client_message_id.clone()));
                    }
                    self.feed(Input::Action(action));
                }
            }
        }
    }

    /// Frames arrive: some twice, some late.
    fn receives(&mut self, grown: bool, calm: bool) {
        let Some((client, mark)) = &mut self.socket else { return };
        let frames = client.log.since(*mark);
        *mark += frames.len();
        let ended = (!grown).then(|| client.log.how_it_ended()).flatten();
        for received in frames {
            let frame = received.frame;
            let whole = calm || matches!(frame, ServerFrame::Welcome(_));
            if !whole && self.chance.random_bool(0.1) {
                self.late.push(frame.clone());
                if self.chance.random_bool(0.5) {
                    continue;
                }
            }
            self.feed(Input::Frame(frame));
        }
        if let Some(ended) = ended {
            let code = match ended {
                Ended::Closed(code) => code,
                Ended::Lost => 1006,
            };
            self.tears();
            self.feed(Input::Closed {
                transport: Transport::Socket,
                code,
            });
        }
    }

    fn opened(&mut self, client: Option<Client>) {
        match client {
            Some(client) => {
                self.socket = Some((client, 0));
                self.feed(Input::Opened);
            }
            None => self.feed(Input::Closed {
                transport: Transport::Socket,
                code: 1006,
            }),
        }
    }

    fn polled(&mut self, answer: Answer) {
        let polled = answer
            .filter(|(status, _)| *status == StatusCode::OK)
            .and_then(|(_, answer)| serde_json::from_value::<Polled>(answer).ok());
        match polled {
            Some(polled) => self.feed(Input::Polled(polled.frames)),
            None => self.feed(Input::Closed {
                transport: Transport::Polling,
                code: 1006,
            }),
        }
    }

    /// The network takes the line away.
    fn is_cut(&mut self) {
        if self.socket.is_some() {
            self.tears();
            self.feed(Input::Closed {
                transport: Transport::Socket,
                code: 1006,
            });
        }
    }

    fn tears(&mut self) {
        self.socket = None;
        self.opening.take().inspect(JoinHandle::abort);
        self.late.clear();
    }

    fn feed(&mut self, input: Input) {
        let now = i64::try_from(self.began.elapsed().as_millis()).unwrap() + self.skipped;
        let at = Moment {
            now: Timestamp(now),
            random: self.chance.random(),
        };
        for effect in self.state.update(at, input).effects {
            self.carry_out(effect);
        }
    }

    fn carry_out(&mut self, effect: Effect) {
        let person = Arc::clone(&self.person);
        match effect {
            Effect::OpenSocket => {
                self.tears();
                self.opening = Some(tokio::spawn(async move { person.line().open().await.ok() }));
            }
            Effect::CloseSocket => self.tears(),
            Effect::Send(frame) => match &self.socket {
                Some((client, _)) if self.state.trusts_socket_with(&frame) => {
                    client.send_now(&serde_json::to_string(&frame).unwrap())
                }
                _ => {
                    self.commands.spawn(async move {
                        let lost = Rejection {
                            code: ErrorCode::Unavailable,
                            message: String::new(),
                            retry_after_ms: None,
                        };
                        let command = serde_json::to_value(&frame).unwrap();
                        let answer = person.tries(Method::POST, "/api/v1/commands", Some(command)).await;
                        let answer = answer.ok().and_then(|(_, answer)| serde_json::from_value(answer).ok());
                        answer.unwrap_or(ServerFrame::Error {
                            id: Some(frame.id),
                            rejection: lost,
                        })
                    });
                }
            },
            Effect::Poll { hello, wait } => {
                let poll = serde_json::to_value(Poll { hello, wait }).unwrap();
                let task =
                    tokio::spawn(async move { person.tries(Method::POST, "/api/v1/poll", Some(poll)).await.ok() });
                self.polling.replace(task).inspect(JoinHandle::abort);
            }
            Effect::StopPolling => {
                self.polling.take().inspect(JoinHandle::abort);
            }
            Effect::StoreOutbox(pending) => self.stored = pending,
            Effect::GoTo(_) => {}
            Effect::SignIn => panic!("nobody signed out"),
        }
    }
}

/// Waits for frames; false when the line ended.
async fn grown(socket: &Option<(Client, usize)>) -> bool {
    match socket {
        Some((client, mark)) => client.log.grows(*mark).await,
        None => std::future::pending().await,
    }
}

/// Waits for a task that may not be there, and takes it away.
async fn done<T>(task: &mut Option<JoinHandle<T>>) -> T {
    match task {
        Some(running) => {
            let result = running.await.expect("it does not panic");
            *task = None;
            result
        }
        None => std::future::pending().await,
    }
}

/// Whether a message is still to be sent, as opposed to refused.
pub fn is_under_way(pending: &Pending) -> bool {
    !matches!(pending.delivery, Delivery::Failed(_))
}
