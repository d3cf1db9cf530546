//! Equal reads are shared: who waits for the same at the same time gets it from one read.
//!
//! Nobody waits for others to come. What has gathered while all who read were busy is read together; whoever comes once that has
//! begun begins the next. So everybody is told what was read after they asked.

use std::{
    collections::HashMap,
    mem,
    sync::{Arc, Mutex},
};

use app::protocol::{FeedId, Seq};
use tokio::sync::oneshot;

use super::{CatchUp, Result, Shared, Standing};
use crate::lock::lock;
use crate::telemetry::StoreMeters;

/// Readers that share one read. More begin another, so that those who read share the work of checking their standings.
const MOST: usize = 256;

/// What somebody wants to go on with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::store) struct Wish {
    pub(in crate::store) feed: FeedId,
    pub(in crate::store) after: Option<Seq>,
}

/// Somebody who waits.
pub(in crate::store) struct Reader {
    /// What has to hold in the snapshot, for them alone.
    pub(in crate::store) standing: Option<Standing>,
    pub(in crate::store) reply: oneshot::Sender<Result<Shared>>,
}

type Group = Arc<Mutex<Vec<Reader>>>;

/// Those who wait, by what they wait for.
#[derive(Default)]
pub(in crate::store) struct Gathering {
    /// Groups whose read has not begun, and that still take somebody. Each has a [`SharedRead`].
    open: Mutex<HashMap<Wish, Group>>,
}

impl Gathering {
    /// Lets a reader wait with those who wish the same. Gives it back when there are none, or enough.
    pub(in crate::store) fn join(&self, wish: Wish, reader: Reader) -> Option<Reader> {
        join(&lock(&self.open), wish, reader)
    }

    /// The same; but where there are none, or enough, the reader begins a new group, whose read has then to be ordered.
    pub(in crate::store) fn join_or_begin(
        self: &Arc<Self>,
        wish: Wish,
        reader: Reader,
        meters: &StoreMeters,
    ) -> Option<SharedRead> {
        let mut open = lock(&self.open);
        let reader = join(&open, wish, reader)?;
        let group = Group::new(Mutex::new(vec![reader]));
        open.insert(wish, Arc::clone(&group));
        Some(SharedRead {
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
pub(in crate::store) struct SharedRead {
    gathering: Arc<Gathering>,
    wish: Wish,
    group: Group,
    meters: StoreMeters,
}

impl SharedRead {
    /// What is to be read.
    pub(in crate::store) fn wish(&self) -> Wish {
        self.wish
    }

    /// Closes the group. To be called before the snapshot begins; gives those who still wait, and are to be told by
    /// [`SharedRead::tell`] or [`Reader::tell`].
    pub(in crate::store) fn begin(&self) -> Vec<Reader> {
        let mut readers = self.close();
        readers.retain(|reader| !reader.reply.is_closed());
        readers
    }

    /// Tells those who may know.
    pub(in crate::store) fn tell(self, admitted: Vec<Reader>, outcome: Result<CatchUp>) {
        let outcome = outcome.map(Shared::from);
        self.meters.shared(admitted.len().saturating_sub(1));
        for reader in admitted {
            reader.tell(match &outcome {
                Ok(shared) => Ok(shared.clone()),
                Err(error) => Err(error.again()),
            });
        }
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

impl Drop for SharedRead {
    fn drop(&mut self) {
        self.close();
    }
}

impl Reader {
    /// For them alone.
    pub(in crate::store) fn tell(self, outcome: Result<Shared>) {
        // Whoever went away does not need it.
        let _ = self.reply.send(outcome);
    }
}
