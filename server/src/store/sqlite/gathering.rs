//! Equal reads are shared: who waits for the same at the same time gets it from one read.
//!
//! Nobody waits for others to come. What has gathered while the threads were busy is read together; whoever comes once that has begun
//! begins the next. So everybody is told what was read after they asked.

use std::{
    collections::HashMap,
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use app::protocol::{FeedId, Seq};
use rusqlite::Connection;
use tokio::sync::oneshot;

use super::{catch_up, standing};
use crate::{
    store::{CatchUp, Result, Shared, Standing},
    telemetry::StoreMeters,
};

/// Readers that share one read. More begin another, so that the threads share the work of checking their standings.
const MOST: usize = 256;

/// What somebody wants to go on with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Wish {
    pub(super) feed: FeedId,
    pub(super) after: Option<Seq>,
}

/// Somebody who waits.
pub(super) struct Reader {
    /// What has to hold in the snapshot, for them alone.
    pub(super) standing: Option<Standing>,
    pub(super) reply: oneshot::Sender<Result<Shared>>,
}

type Group = Arc<Mutex<Vec<Reader>>>;

/// Those who wait, by what they wait for.
#[derive(Default)]
pub(super) struct Gathering {
    /// Groups whose read has not begun, and that still take somebody. Each has a [`Turn`].
    open: Mutex<HashMap<Wish, Group>>,
}

impl Gathering {
    /// Lets a reader wait with those who wish the same. Gives it back when there are none, or enough.
    pub(super) fn join(&self, wish: Wish, reader: Reader) -> Option<Reader> {
        join(&lock(&self.open), wish, reader)
    }

    /// The same; but where there are none, or enough, the reader begins a new group, whose turn has then to be ordered.
    pub(super) fn join_or_begin(self: &Arc<Self>, wish: Wish, reader: Reader, meters: &StoreMeters) -> Option<Turn> {
        let mut open = lock(&self.open);
        let reader = join(&open, wish, reader)?;
        let group = Group::new(Mutex::new(vec![reader]));
        open.insert(wish, Arc::clone(&group));
        Some(Turn {
            gathering: Arc::clone(self),
            wish,
            group,
            meters: meters.clone(),
        })
    }
}

fn join(open: &HashMap<Wish, Group>, wish: Wish, reader: Reader) -> Option<Reader> {
    let Some(group) = open.get(&wish) else {
        return Some(reader);
    };
    let mut group = lock(group);
    if group.len() >= MOST {
        return Some(reader);
    }
    group.push(reader);
    None
}

/// One read, for all of a group. Dropped before it was done, it tells them so by dropping their replies.
pub(super) struct Turn {
    gathering: Arc<Gathering>,
    wish: Wish,
    group: Group,
    meters: StoreMeters,
}

impl Turn {
    /// Reads, in the snapshot at hand, and tells everybody who may know. Before it begins the group is closed.
    pub(super) fn read(self, connection: &Connection) -> Result<()> {
        let mut admitted = Vec::new();
        for reader in self.close() {
            if reader.reply.is_closed() {
                continue;
            }
            match reader
                .standing
                .map_or(Ok(()), |needed| standing::check(connection, needed))
            {
                Ok(()) => admitted.push(reader),
                Err(error) => reader.tell(Err(error)),
            }
        }
        if admitted.is_empty() {
            return Ok(());
        }
        let outcome = self.wish.read(connection).map(Shared::from);
        self.meters.shared(admitted.len() - 1);
        for reader in admitted {
            reader.tell(match &outcome {
                Ok(shared) => Ok(shared.clone()),
                Err(error) => Err(error.again()),
            });
        }
        Ok(())
    }

    /// From here on nobody joins. Gives those who did.
    fn close(&self) -> Vec<Reader> {
        let mut open = lock(&self.gathering.open);
        // A full group has given its place to the next one.
        if open
            .get(&self.wish)
            .is_some_and(|group| Arc::ptr_eq(group, &self.group))
        {
            open.remove(&self.wish);
        }
        drop(open);
        mem::take(&mut lock(&self.group))
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.close();
    }
}

impl Wish {
    fn read(self, connection: &Connection) -> Result<CatchUp> {
        match self.feed {
            FeedId::Room(room) => catch_up::room(connection, room, self.after),
            FeedId::User(user) => catch_up::user(connection, user, self.after),
            FeedId::Community => catch_up::community(connection, self.after),
        }
    }
}

impl Reader {
    fn tell(self, outcome: Result<Shared>) {
        // Whoever went away does not need it.
        let _ = self.reply.send(outcome);
    }
}

/// What is behind these locks stays consistent between statements: a panic elsewhere does not spoil it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
