//! A carrier that only writes down whom it was given.

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
};

use app::protocol::RoomId;
use futures::{FutureExt as _, future::BoxFuture};
use tokio::sync::Semaphore;

use super::super::{
    error,
    lanes::{Answer, Call, Carrier},
    turns::Manner,
};
use crate::store::{Committed, Result};

/// What is the matter with a room.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    None,
    /// Whatever is posted there cannot be stored.
    Damaged,
    /// Whatever is posted there brings the carrier down.
    Panicking,
    /// Nothing can be stored anywhere.
    Everywhere,
}

/// Writes down whom it was given, and carries them as soon as it may.
pub(super) struct Notebook {
    /// In order of their beginning.
    pub(super) carried: Mutex<Vec<(Manner, Vec<RoomId>)>>,
    pub(super) under_way: Mutex<BTreeSet<RoomId>>,
    /// How many it may carry to their end.
    pub(super) gate: Semaphore,
    pub(super) trouble: Trouble,
    pub(super) is_over: AtomicBool,
}

impl Notebook {
    /// Nothing is written in it, and nothing may go on yet.
    pub(super) fn with(trouble: Trouble) -> Arc<Self> {
        Arc::new(Self {
            carried: Mutex::default(),
            under_way: Mutex::default(),
            gate: Semaphore::new(0),
            trouble,
            is_over: AtomicBool::new(false),
        })
    }
}

/// The room that has it.
const TROUBLED: RoomId = RoomId(3);

impl Carrier for Arc<Notebook> {
    fn carry<'c>(&'c self, calls: &'c [&'c Call], manner: Manner) -> BoxFuture<'c, Result<Vec<Answer>>> {
        async move {
            let rooms: Vec<RoomId> = calls.iter().map(|call| call.standing.room).collect();
            let distinct: BTreeSet<RoomId> = rooms.iter().copied().collect();
            self.carried.lock().unwrap().push((manner, rooms));
            for room in &distinct {
                assert!(self.under_way.lock().unwrap().insert(*room), "twice at the same time");
            }
            self.gate.acquire().await.unwrap().forget();
            for room in &distinct {
                self.under_way.lock().unwrap().remove(room);
            }
            if !self.is_over.load(SeqCst) {
                match self.trouble {
                    Trouble::Damaged if distinct.contains(&TROUBLED) => return Err(error::missing("rooms")),
                    Trouble::Panicking if distinct.contains(&TROUBLED) => panic!("as it was told to"),
                    Trouble::Everywhere => return Err(error::closed()),
                    _ => {}
                }
            }
            let done = |_| {
                Ok(Committed {
                    value: Vec::new(),
                    changes: Vec::new(),
                })
            };
            Ok(calls.iter().map(done).collect())
        }
        .boxed()
    }
}
