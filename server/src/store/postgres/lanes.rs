//! Posts wait in lanes, one for each room. From this node at most one transaction per room is under way, and it takes along
//! whatever waits: its first lock would make the others wait anyway, each with a connection in hand.

use std::{
    collections::{HashMap, VecDeque},
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use app::protocol::RoomId;
use futures::FutureExt as _;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::{database::Database, error, posts};
use crate::store::{Committed, NewMessage, PostResult, Result, Standing};

/// Calls that may wait or be under way, in all rooms together. When it is full, callers wait for a place, in the order in which
/// they came.
const PLACES: usize = 4_096;
/// Messages in one transaction. One call goes in whole, however many it has.
const GROUP: usize = 512;

/// One person's messages.
pub(super) struct Call {
    pub(super) standing: Standing,
    pub(super) messages: Vec<NewMessage>,
}

/// What a call is answered.
pub(super) type Answer = Result<Committed<Vec<PostResult>>>;

/// A call that waits.
struct Waiting {
    call: Call,
    reply: oneshot::Sender<Answer>,
    /// Given back when it is answered.
    place: OwnedSemaphorePermit,
}

/// The lanes of all rooms in which something waits or is under way.
pub(super) struct Lanes {
    places: Arc<Semaphore>,
    /// A room is in it as long as its lane is served.
    rooms: Mutex<HashMap<RoomId, VecDeque<Waiting>>>,
}

impl Default for Lanes {
    fn default() -> Self {
        Self {
            places: Arc::new(Semaphore::new(PLACES)),
            rooms: Mutex::default(),
        }
    }
}

impl Lanes {
    /// Posts in the next transaction of the room, and returns when that is durable. It is done even if the caller goes away.
    pub(super) async fn post(self: &Arc<Self>, database: &Arc<Database>, call: Call) -> Answer {
        let _work = database.begin_work()?;
        let place = Arc::clone(&self.places).acquire_owned().await;
        let place = place.map_err(|_| error::closed())?;
        let room = call.standing.room;
        let (reply, answer) = oneshot::channel();
        let is_first = self.join(Waiting { call, reply, place });
        if is_first {
            database.spawn(serve(Arc::clone(self), Arc::clone(database), room));
        }
        // Only a panic leaves it without an answer.
        answer.await.map_err(|_| error::panicked())?
    }

    fn rooms(&self) -> MutexGuard<'_, HashMap<RoomId, VecDeque<Waiting>>> {
        // The map stays consistent between statements: a panic elsewhere does not spoil it.
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says whether the lane is new, so that somebody has to serve it.
    fn join(&self, waiting: Waiting) -> bool {
        let mut rooms = self.rooms();
        let room = waiting.call.standing.room;
        let is_first = !rooms.contains_key(&room);
        rooms.entry(room).or_default().push_back(waiting);
        is_first
    }

    /// Whoever goes next, together. When nobody waits the lane is closed.
    fn next(&self, room: RoomId) -> Option<Vec<Waiting>> {
        let mut rooms = self.rooms();
        let lane = rooms.get_mut(&room)?;
        let (mut group, mut messages) = (Vec::new(), 0);
        while let Some(first) = lane.front() {
            messages += first.call.messages.len();
            if messages > GROUP && !group.is_empty() {
                break;
            }
            group.extend(lane.pop_front());
        }
        if group.is_empty() {
            rooms.remove(&room);
            return None;
        }
        Some(group)
    }
}

async fn serve(lanes: Arc<Lanes>, database: Arc<Database>, room: RoomId) {
    while let Some(group) = lanes.next(room) {
        let (mut calls, mut replies, mut places) = (Vec::new(), Vec::new(), Vec::new());
        for Waiting { call, reply, place } in group {
            calls.push(call);
            replies.push(reply);
            places.push(place);
        }
        // Without catching it a panic would leave the lane behind with nobody to serve it.
        let posting = AssertUnwindSafe(posts::append(&database, room, calls, replies));
        if posting.catch_unwind().await.is_err() {
            tracing::error!(%room, "posting panicked");
        }
    }
}
