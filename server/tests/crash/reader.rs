//! A reader: holds what it was told, and goes on from there after each kill.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use app::protocol::{ClientMessageId, FeedId, GapReason, Number, RoomId, Seq, UserId};
use tokio::{
    sync::{Barrier, watch},
    task::JoinSet,
};

use crate::harness::{Client, Line, Person, Replica, messages};

/// Before a line is tried again.
pub const AGAIN: Duration = Duration::from_millis(10);

/// What a reader saw.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    pub held: Replica,
    /// Which message was seen at which seq.
    pub order: BTreeMap<(RoomId, Seq), (Number, ClientMessageId)>,
    /// What it was told that cannot be.
    pub contradictions: Vec<String>,
}

impl Seen {
    fn take(&mut self, client: &Client, mark: &mut usize) {
        for received in client.log.since(*mark) {
            *mark += 1;
            let held_before = self.held.positions.clone();
            self.held.take(&received.frame);
            let room = match &received.frame {
                app::protocol::ServerFrame::Changes(changes) => changes.feed,
                app::protocol::ServerFrame::Gap { feed, reason, .. } => {
                    // A position was told only after it was durable: it can neither be from the future nor of another history.
                    if *reason != GapReason::First || held_before.contains_key(feed) {
                        self.contradictions
                            .push(format!("{feed}: a gap ({reason:?}) at {:?}", held_before.get(feed)));
                    }
                    *feed
                }
                _ => continue,
            };
            let FeedId::Room(room) = room else { continue };
            for message in messages(&received.frame) {
                let row = (message.number, message.client_message_id.clone());
                let known = self.order.insert((room, message.changed), row.clone());
                if known.as_ref().is_some_and(|known| *known != row) {
                    self.contradictions.push(format!(
                        "room {room}, seq {}: {known:?} became {row:?}",
                        message.changed
                    ));
                }
            }
        }
    }

    fn has_reached(&self, goal: &BTreeMap<RoomId, Seq>) -> bool {
        goal.iter().all(|(room, head)| self.held.position(*room) >= Some(*head))
    }
}

/// Lets these people read, and comes back once each was told of each room.
pub async fn begin(
    people: &[Person],
    rooms: &[RoomId],
    up: &watch::Receiver<bool>,
    goal: &watch::Receiver<Option<BTreeMap<RoomId, Seq>>>,
) -> JoinSet<Seen> {
    let start = Arc::new(Barrier::new(people.len() + 1));
    let mut readers = JoinSet::new();
    for person in people {
        let (rooms, start) = (rooms.to_vec(), Arc::clone(&start));
        readers.spawn(read(person.line(), person.id(), rooms, start, up.clone(), goal.clone()));
    }
    start.wait().await;
    readers
}

/// Reads until it has everything up to the goal. Meets the others at `start` once it has been told of each room: what is posted
/// earlier than that, it would know by its newest page alone.
async fn read(
    line: Line,
    you: UserId,
    rooms: Vec<RoomId>,
    start: Arc<Barrier>,
    mut up: watch::Receiver<bool>,
    mut goal: watch::Receiver<Option<BTreeMap<RoomId, Seq>>>,
) -> Seen {
    let mut seen = Seen::default();
    let mut has_started = false;
    loop {
        up.wait_for(|up| *up).await.unwrap();
        // It may be gone again by now: then once more.
        let Ok(client) = line.open().await else {
            tokio::time::sleep(AGAIN).await;
            continue;
        };
        let mut hello = seen.held.hello(you);
        for room in &rooms {
            hello.watch.entry(*room).or_insert(None);
        }
        client.send(app::protocol::Command::Hello(hello)).await;
        let mut mark = 0;
        if !has_started {
            for room in &rooms {
                client.log.reaches(FeedId::Room(*room), Seq(0)).await;
            }
            start.wait().await;
            has_started = true;
        }
        let reached = tokio::select! {
            () = take_all(&mut seen, &client, &mut mark) => None,
            reached = goal.wait_for(Option::is_some) => reached.unwrap().clone(),
        };
        if let Some(reached) = reached {
            for (room, head) in &reached {
                client.log.reaches(FeedId::Room(*room), *head).await;
            }
            seen.take(&client, &mut mark);
            assert!(seen.has_reached(&reached));
            return seen;
        }
    }
}

/// Takes in what comes, until the line ends.
async fn take_all(seen: &mut Seen, client: &Client, mark: &mut usize) {
    while client.log.grows(*mark).await {
        seen.take(client, mark);
    }
    seen.take(client, mark);
}
