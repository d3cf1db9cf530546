//! Posts wait in lanes, one for each room, and go on together: a few from this node are on their way at a time, each with whatever
//! waited when it left, in whatever rooms. So a commit is shared by all who post at the same moment.

use std::{
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, MutexGuard},
};

use futures::{FutureExt as _, future::BoxFuture};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio_util::task::task_tracker::TaskTrackerToken;

use super::{
    error,
    turns::{Manner, RoomTurns, rooms},
};
use crate::lock::lock;
use crate::store::{Committed, NewMessage, OwnMarker, PostResult, Result, Standing};

/// Calls that may wait or be under way, in all rooms together. When it is full, callers wait for a place, in the order in which
/// they came.
const PLACES: usize = 4_096;

/// One person's messages.
pub(super) struct Call {
    pub(super) standing: Standing,
    pub(super) messages: Vec<NewMessage>,
    pub(super) own_marker: OwnMarker,
}

/// What a call is answered.
pub(super) type Answer = Result<Committed<Vec<PostResult>>>;

/// Brings calls to where they are kept.
pub(super) trait Carrier: Send + Sync {
    /// One answer for each call, in order, once all of them are durable. After an error nobody knows whether they are.
    fn carry<'c>(&'c self, calls: &'c [&'c Call], manner: Manner) -> BoxFuture<'c, Result<Vec<Answer>>>;
}

/// A call that waits or is under way.
pub(super) struct Waiting {
    pub(super) call: Call,
    pub(super) reply: oneshot::Sender<Answer>,
    /// Given back when it is answered.
    pub(super) _place: OwnedSemaphorePermit,
    /// Until it is answered the store is not closed.
    pub(super) _work: TaskTrackerToken,
}

impl Waiting {
    fn answer(self, answer: Answer) {
        // A caller that went away does not hear it; what it asked for is done all the same.
        let _ = self.reply.send(answer);
    }
}

/// Everything that waits to be posted.
pub(super) struct Lanes {
    carrier: Box<dyn Carrier>,
    places: Arc<Semaphore>,
    turns: Mutex<RoomTurns>,
}

impl Lanes {
    /// Nothing waits yet.
    pub(super) fn new(carrier: impl Carrier + 'static) -> Arc<Self> {
        Arc::new(Self {
            carrier: Box::new(carrier),
            places: Arc::new(Semaphore::new(PLACES)),
            turns: Mutex::default(),
        })
    }

    /// Posts with those who wait at the same time, and returns when that is durable. It is done even if the caller goes away.
    pub(super) async fn post(self: &Arc<Self>, call: Call, work: TaskTrackerToken) -> Answer {
        let place = Arc::clone(&self.places).acquire_owned().await;
        let place = place.map_err(|_| error::closed())?;
        let (reply, answer) = oneshot::channel();
        let waiting = Waiting {
            call,
            reply,
            _place: place,
            _work: work,
        };
        self.turns().join(waiting);
        self.start_workers();
        // Only a panic leaves it without an answer.
        answer.await.map_err(|_| error::panicked())?
    }

    fn turns(&self) -> MutexGuard<'_, RoomTurns> {
        lock(&self.turns)
    }

    /// Sees to it that whatever is ready is carried.
    fn start_workers(self: &Arc<Self>) {
        for manner in [Manner::Together, Manner::Alone] {
            while self.turns().start(manner) {
                tokio::spawn(Arc::clone(self).serve(manner));
            }
        }
    }

    /// Boxed, because it may begin another one of itself.
    fn serve(self: Arc<Self>, manner: Manner) -> BoxFuture<'static, ()> {
        let serving = async move {
            loop {
                let group = self.turns().next(manner);
                // What did not fit, and rooms that have changed their manner.
                self.start_workers();
                let Some(group) = group else { return };
                self.carry(group, manner).await;
            }
        };
        serving.boxed()
    }

    async fn carry(&self, group: Vec<Waiting>, manner: Manner) {
        let rooms = rooms(&group);
        let calls: Vec<&Call> = group.iter().map(|waiting| &waiting.call).collect();
        // Without catching it a panic would leave the rooms behind with nobody to serve them.
        let carrying = AssertUnwindSafe(async { self.carrier.carry(&calls, manner).await });
        let outcome = carrying.catch_unwind().await.unwrap_or_else(|_| {
            tracing::error!(rooms = rooms.len(), "posting panicked");
            Err(error::panicked())
        });
        match outcome {
            Ok(answers) => {
                self.turns().done(&rooms, Manner::Together);
                for (waiting, answer) in group.into_iter().zip(answers) {
                    waiting.answer(answer);
                }
            }
            Err(error) if manner == Manner::Together && error::may_go_alone(&error, rooms.len()) => {
                tracing::warn!(%error, rooms = rooms.len(), "what was posted together failed, and is tried room by room");
                self.turns().put_back(group);
            }
            Err(error) => {
                self.turns().done(&rooms, manner);
                for waiting in group {
                    waiting.answer(Err(error.again()));
                }
            }
        }
    }
}
