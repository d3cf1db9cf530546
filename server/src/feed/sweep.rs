//! What a bus between nodes may do without anybody noticing: lose the last word of a feed, or the end of a session. So a node that
//! has neighbours asks the store, now and then, where everything stands.
//!
//! Guarantees, as long as the store can be read: what was lost is told within five seconds, and a connection whose session has
//! ended is closed within [`SESSION_CHECK`] and the time of one query, whatever the bus does. A sign-out that is not
//! answered by every node waits for longer than that, so none is acknowledged before it holds everywhere.

use std::{collections::HashSet, sync::Arc, time::Duration};

use tokio::{
    sync::{Mutex, MutexGuard, mpsc},
    time::{Instant, Interval, MissedTickBehavior, interval},
};
use tracing::warn;

use app::protocol::{FeedId, RoomId, Seq};

use super::{carrier::Feeds, holes::Fill, released::Outlet};
use crate::bus::SESSION_CHECK;

/// Between two sweeps.
const PERIOD: Duration = Duration::from_secs(2);
/// Between two sweeps out of turn: a bus that cannot keep up says so of each message.
const PAUSE: Duration = Duration::from_secs(1);
/// How long what was committed just before a sweep may still be on its way.
const ON_ITS_WAY: Duration = Duration::from_millis(500);

/// Who looks, and who is next. Nobody else need wait: whoever is next looks later than anything that was lost before.
#[derive(Default)]
pub struct SweepTurns {
    next: Mutex<()>,
    looking: Mutex<()>,
}

impl SweepTurns {
    /// Waits until nobody looks any more. `None` when somebody else waits for that.
    async fn take(&self) -> Option<MutexGuard<'_, ()>> {
        let _next = self.next.try_lock().ok()?;
        Some(self.looking.lock().await)
    }
}

/// When to look.
pub struct Sweeps {
    /// `None` without neighbours: then nothing is lost without a word.
    rhythm: Option<Interval>,
    sessions_due: Instant,
    /// When there was one out of turn.
    out_of_turn: Option<Instant>,
}

/// What to look at.
#[derive(Clone, Copy, Debug)]
pub struct Sweep {
    /// How long what is missing may still be on its way.
    patience: Duration,
    /// Whether it is time to look at the sessions.
    sessions: bool,
}

impl Sweeps {
    /// From now on, if there are neighbours.
    pub fn new(has_neighbours: bool) -> Self {
        let rhythm = has_neighbours.then(|| {
            let mut rhythm = interval(PERIOD);
            rhythm.set_missed_tick_behavior(MissedTickBehavior::Delay);
            rhythm
        });
        Self {
            rhythm,
            sessions_due: Instant::now(),
            out_of_turn: None,
        }
    }

    /// The next one, when its time has come.
    pub async fn due(&mut self) -> Sweep {
        let Some(rhythm) = &mut self.rhythm else {
            return std::future::pending().await;
        };
        let now = rhythm.tick().await;
        let sessions = now >= self.sessions_due;
        if sessions {
            // A sweep that comes a little early is still one in time.
            self.sessions_due = now + SESSION_CHECK - PERIOD / 2;
        }
        Sweep {
            patience: ON_ITS_WAY,
            sessions,
        }
    }

    /// One out of turn, because something was lost: that does not come any more. `None` when there just was one: what was lost
    /// since is left to the next in turn.
    pub fn at_once(&mut self) -> Option<Sweep> {
        let now = Instant::now();
        if self.out_of_turn.is_some_and(|last| now - last < PAUSE) {
            return None;
        }
        self.out_of_turn = Some(now);
        Some(Sweep {
            patience: Duration::ZERO,
            sessions: true,
        })
    }
}

impl Feeds {
    /// Looks, in a task of its own.
    pub(super) fn sweep(self: &Arc<Self>, sweep: Sweep, outlet: &Arc<dyn Outlet>, fills: &mpsc::Sender<Fill>) {
        let (feeds, outlet, fills) = (Arc::clone(self), Arc::clone(outlet), fills.clone());
        tokio::spawn(async move {
            // Each has turns of its own: a comparison that takes long keeps nobody signed in.
            if sweep.sessions
                && let Some(_turn) = feeds.checking.take().await
            {
                feeds.check_sessions(&*outlet).await;
            }
            if let Some(_turn) = feeds.comparing.take().await {
                feeds.compare(sweep.patience, &*outlet, &fills).await;
            }
        });
    }

    /// Compares what was released with what there is, and reads on where something is missing.
    async fn compare(self: &Arc<Self>, patience: Duration, outlet: &dyn Outlet, fills: &mpsc::Sender<Fill>) {
        let heads = match self.store.heads(&self.standing()).await {
            Ok(heads) => heads,
            Err(error) => {
                warn!(%error, "the store does not say where the feeds stand; it is asked again");
                return;
            }
        };
        // What was committed before the store answered may be in the bus's hands: without this wait, busy rooms would be read
        // again and again.
        tokio::time::sleep(patience).await;
        let (behind, listed) = {
            let mut inner = self.lock();
            let behind = inner.carried.begin_filling_behind(&heads);
            let rooms = heads.iter().filter_map(|(feed, head)| match feed {
                // Those that are carried are told of what they are filled with.
                FeedId::Room(room) if !inner.carried.contains(*feed) => Some((*room, *head)),
                _ => None,
            });
            let listed = inner.listed.behind(rooms);
            (behind, listed)
        };
        self.fill(behind, fills);
        for (room, after) in listed {
            self.note_missed(room, after, outlet).await;
        }
    }

    /// Every feed whose head matters here.
    fn standing(&self) -> Vec<FeedId> {
        let inner = self.lock();
        let carried = inner.carried.positions().map(|(feed, _)| feed);
        let listed = inner.listed.positions().map(|(room, _)| FeedId::Room(room));
        let all: HashSet<FeedId> = carried.chain(listed).collect();
        all.into_iter().collect()
    }

    /// Tells those who list a room what they were not told. Gives up when the store cannot be read: the next sweep finds it again.
    async fn note_missed(&self, room: RoomId, mut after: Seq, outlet: &dyn Outlet) {
        while let Ok(Some(changes)) = self.store.changes_between(FeedId::Room(room), after).await
            && changes.to > after
        {
            after = changes.to;
            self.note(&changes, outlet);
        }
    }

    /// Closes the connections whose session has ended, in a task of its own.
    pub(super) fn check_sessions_soon(self: &Arc<Self>, outlet: &Arc<dyn Outlet>) {
        let (feeds, outlet) = (Arc::clone(self), Arc::clone(outlet));
        tokio::spawn(async move {
            if let Some(_turn) = feeds.checking.take().await {
                feeds.check_sessions(&*outlet).await;
            }
        });
    }

    /// Closes the connections whose session has ended.
    async fn check_sessions(&self, outlet: &dyn Outlet) {
        let sessions = outlet.sessions();
        if sessions.is_empty() {
            return;
        }
        match self.store.live_sessions(&sessions).await {
            Ok(live) => {
                let live: HashSet<_> = live.into_iter().collect();
                for session in sessions.into_iter().filter(|session| !live.contains(session)) {
                    outlet.session_ended(session);
                }
            }
            Err(error) => warn!(%error, "the store does not say which sessions have ended; it is asked again"),
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;
    use crate::bus::ANSWER_PATIENCE;

    #[tokio::test(start_paused = true)]
    async fn sessions_are_looked_at_more_often_than_a_sign_out_waits() {
        let (mut sweeps, mut last) = (Sweeps::new(true), Instant::now());
        for _ in 0..20 {
            if sweeps.due().await.sessions {
                assert!(last.elapsed() < ANSWER_PATIENCE, "{:?}", last.elapsed());
                last = Instant::now();
            }
        }
        assert!(last.elapsed() < ANSWER_PATIENCE);
    }

    #[tokio::test(start_paused = true)]
    async fn a_bus_that_loses_everything_costs_one_look_a_second() {
        let mut sweeps = Sweeps::new(true);
        assert!(sweeps.at_once().is_some());
        assert!(sweeps.at_once().is_none());
        advance(PAUSE).await;
        assert!(sweeps.at_once().is_some());
    }
}
