//! A writer: posts, edits and deletes, several on the way at a time; comes back after each kill, and retries some of what
//! was left unknown.

use std::{collections::VecDeque, sync::Arc};

use app::protocol::{Command, ErrorCode, Hello, Number, Reply, RequestId, RoomId, UserId, VERSION};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng, seq::IndexedRandom as _};
use tokio::{sync::watch, task::JoinSet};

use crate::{
    harness::{Client, Line, Person, fresh_id},
    history::{History, Outcome, Wish, WishId},
    reader::AGAIN,
};

/// Wishes on the way at a time.
const WINDOW: usize = 6;

/// Lets these people write while the server is `up`, until they are `stopped`.
pub fn begin(
    people: &[Person],
    rooms: &[RoomId],
    history: &Arc<History>,
    up: &watch::Receiver<bool>,
    stopped: &watch::Receiver<bool>,
    chance: &mut StdRng,
) -> JoinSet<()> {
    let mut writers = JoinSet::new();
    for (name, person) in people.iter().enumerate() {
        let own = StdRng::seed_from_u64(chance.random());
        let history = Arc::clone(history);
        let writer = Writer::new(name, person.line(), person.id(), rooms.to_vec(), history, own);
        writers.spawn(writer.write(up.clone(), stopped.clone()));
    }
    writers
}

struct Writer {
    name: usize,
    line: Line,
    you: UserId,
    rooms: Vec<RoomId>,
    history: Arc<History>,
    chance: StdRng,
    written: u64,
    /// Acknowledged posts of one's own: what can be edited.
    own: Vec<(RoomId, Number)>,
    on_the_way: VecDeque<Sent>,
    /// Unknown posts that are to be tried again.
    again: Vec<(WishId, RoomId, Wish)>,
    /// The server could not do something: another line may lead to one that can.
    turned_away: bool,
}

struct Sent {
    request: RequestId,
    id: WishId,
    room: RoomId,
    wish: Wish,
}

impl Writer {
    fn new(name: usize, line: Line, you: UserId, rooms: Vec<RoomId>, history: Arc<History>, chance: StdRng) -> Self {
        Self {
            name,
            line,
            you,
            rooms,
            history,
            chance,
            written: 0,
            own: Vec::new(),
            on_the_way: VecDeque::new(),
            again: Vec::new(),
            turned_away: false,
        }
    }

    /// Writes until it is told to stop.
    async fn write(mut self, mut up: watch::Receiver<bool>, stopped: watch::Receiver<bool>) {
        while !*stopped.borrow() {
            up.wait_for(|up| *up).await.unwrap();
            // It may be gone again by now: then once more.
            let Ok(client) = self.line.open().await else {
                tokio::time::sleep(AGAIN).await;
                continue;
            };
            client
                .send(Command::Hello(Hello {
                    protocol: VERSION,
                    ..Hello::default()
                }))
                .await;
            self.talk(&client, &stopped).await;
            while !self.on_the_way.is_empty() {
                self.hears(&client).await;
            }
        }
    }

    async fn talk(&mut self, client: &Client, stopped: &watch::Receiver<bool>) {
        for (id, room, wish) in std::mem::take(&mut self.again) {
            self.send(client, id, room, wish).await;
        }
        self.turned_away = false;
        while client.log.how_it_ended().is_none() && !self.turned_away && !*stopped.borrow() {
            while self.on_the_way.len() >= WINDOW {
                self.hears(client).await;
            }
            let (room, wish) = self.wishes();
            let id = self.history.invoke(self.you, room, wish.clone());
            self.send(client, id, room, wish).await;
        }
    }

    fn wishes(&mut self) -> (RoomId, Wish) {
        self.written += 1;
        let body = format!("{} writes {}", self.name, self.written);
        match self.own.choose(&mut self.chance) {
            Some((room, number)) if self.chance.random_bool(0.15) => (*room, Wish::Edit { number: *number, body }),
            Some((room, number)) if self.chance.random_bool(0.07) => (*room, Wish::Delete { number: *number }),
            _ => {
                let room = *self.rooms.choose(&mut self.chance).expect("there are rooms");
                (
                    room,
                    Wish::Post {
                        client_message_id: fresh_id(),
                        body,
                    },
                )
            }
        }
    }

    async fn send(&mut self, client: &Client, id: WishId, room: RoomId, wish: Wish) {
        let command = match wish.clone() {
            Wish::Post {
                client_message_id,
                body,
            } => Command::PostMessage {
                room,
                client_message_id,
                body,
                read: None,
            },
            Wish::Edit { number, body } => Command::EditMessage { room, number, body },
            Wish::Delete { number } => Command::DeleteMessage { room, number },
        };
        let request = client.send(command).await;
        self.on_the_way.push_back(Sent {
            request,
            id,
            room,
            wish,
        });
    }

    /// Waits for the answer to what was sent first.
    async fn hears(&mut self, client: &Client) {
        let Some(Sent {
            request,
            id,
            room,
            wish,
        }) = self.on_the_way.pop_front()
        else {
            return;
        };
        let answer = client.log.answer(request).await;
        self.turned_away |= matches!(&answer, Some(Err(rejection)) if rejection.code == ErrorCode::Unavailable);
        let outcome = match (answer, &wish) {
            (Some(Ok(Reply::Posted { number, seq })), Wish::Post { .. }) => {
                self.own.push((room, number));
                Outcome::Ok { number, seq }
            }
            (Some(Ok(Reply::Changed { seq })), Wish::Edit { number, .. } | Wish::Delete { number }) => {
                Outcome::Ok { number: *number, seq }
            }
            (Some(Ok(reply)), _) => panic!("{wish:?} was answered by {reply:?}"),
            (Some(Err(rejection)), _) if rejection.code != ErrorCode::Unavailable => Outcome::Fail(rejection.code),
            (Some(Err(_)) | None, _) => Outcome::Unknown,
        };
        self.history.end(id, outcome);
        if outcome == Outcome::Unknown && matches!(wish, Wish::Post { .. }) && self.chance.random_bool(0.5) {
            self.again.push((id, room, wish));
        }
    }
}
