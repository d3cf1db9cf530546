//! Whoever posts has read what they wrote. Their read marker moves with the post, unless others wrote something that they have not seen: then
//! it stays. In a flurry it moves once in [`PAUSE`]: the rest of the
//! time it is owed, and moved by itself. So a flurry costs the store one marker, and not one for each post.
//!
//! What is owed is kept in memory. When the process is killed, it is lost: some of one's own last messages then count as new to
//! oneself, until the client, which knows better, says so, or the room is opened.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard},
    time::Duration,
};

use futures::{StreamExt as _, stream};
use tokio::time::{Instant, MissedTickBehavior, interval};
use tracing::debug;

use app::protocol::{Number, RoomId, UserId};

use super::{ChatError, Service};
use crate::lock::lock;
use crate::store::{OwnMarker, Standing};

/// Between two moves of one person's marker in one room.
const PAUSE: Duration = Duration::from_secs(3);
/// Between two looks at what is owed.
const ROUND: Duration = Duration::from_millis(500);
/// Markers that are kept in mind. More people than that who post within [`PAUSE`] have theirs moved with each post.
const MOST: usize = 65_536;
/// Markers that are moved at a time. They share commits.
const TOGETHER: usize = 64;

/// When whose marker moved, and where to it is to move next.
#[derive(Debug, Default)]
pub struct OwnMarkers {
    markers: Mutex<BTreeMap<(UserId, RoomId), Marker>>,
}

#[derive(Clone, Copy, Debug)]
struct Marker {
    moved: Instant,
    owed: Option<Debt>,
}

/// Where somebody's marker is to move, and by what right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Debt {
    standing: Standing,
    number: Number,
}

impl OwnMarkers {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<(UserId, RoomId), Marker>> {
        lock(&self.markers)
    }

    /// Somebody posts: whether their marker is to move with it. If not, what they posted is to be [owed](Self::owe).
    pub(super) fn claim(&self, standing: Standing, now: Instant) -> OwnMarker {
        let mut markers = self.lock();
        let (key, is_full) = ((standing.user, standing.room), markers.len() >= MOST);
        match markers.get_mut(&key) {
            Some(marker) if now - marker.moved < PAUSE => return OwnMarker::Stays,
            Some(marker) => marker.moved = now,
            None if is_full => {}
            None => _ = markers.insert(key, Marker { moved: now, owed: None }),
        }
        OwnMarker::Moves
    }

    /// The marker is to move here, unless it is owed more already.
    pub(super) fn owe(&self, standing: Standing, number: Number, now: Instant) {
        let mut markers = self.lock();
        let marker = markers
            .entry((standing.user, standing.room))
            .or_insert(Marker { moved: now, owed: None });
        let number = marker.owed.map_or(number, |owed| owed.number.max(number));
        marker.owed = Some(Debt { standing, number });
    }

    /// What is owed since long enough, to be [paid](Self::paid). Those who are owed nothing are forgotten.
    fn due(&self, now: Instant) -> Vec<Debt> {
        let mut due = Vec::new();
        self.lock().retain(|_, marker| {
            if now - marker.moved < PAUSE {
                return true;
            }
            marker.moved = now;
            due.extend(marker.owed);
            marker.owed.is_some()
        });
        due
    }

    /// All that is owed.
    fn all(&self) -> Vec<Debt> {
        self.lock().values().filter_map(|marker| marker.owed).collect()
    }

    /// What one person is owed.
    fn of(&self, user: UserId) -> Vec<Debt> {
        let markers = self.lock();
        let theirs = markers.range((user, RoomId(0))..=(user, RoomId(u64::MAX)));
        theirs.filter_map(|(_, marker)| marker.owed).collect()
    }

    /// This is not owed any more; more may be meanwhile.
    fn paid(&self, debt: Debt) {
        if let Some(marker) = self.lock().get_mut(&(debt.standing.user, debt.standing.room))
            && marker.owed == Some(debt)
        {
            marker.owed = None;
        }
    }
}

impl Service {
    /// Moves the markers that are owed when their time has come, until the process ends.
    pub async fn keep_own_markers(&self) {
        let mut rounds = interval(ROUND);
        rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let now = rounds.tick().await;
            self.move_own_markers(self.own_markers.due(now)).await;
        }
    }

    /// Moves all that are owed, at once: the process ends.
    pub async fn settle_own_markers(&self) {
        self.move_own_markers(self.own_markers.all()).await;
    }

    /// Moves those of one person, who begins anew with what the store says: what they wrote is not new to them.
    pub(super) async fn settle_own_markers_of(&self, user: UserId) {
        self.move_own_markers(self.own_markers.of(user)).await;
    }

    async fn move_own_markers(&self, debts: Vec<Debt>) {
        let each = |debt| async move {
            let Debt { standing, number } = debt;
            let moving = self.commit(move |store| async move { store.mark_read(standing, number).await });
            match moving.await {
                Err(error @ (ChatError::Store(_) | ChatError::Interrupted)) => {
                    debug!(%error, "a read marker could not be moved; it is tried again");
                }
                // It is moved, or they are not in the room any more.
                Ok(_) | Err(_) => self.own_markers.paid(debt),
            }
        };
        stream::iter(debts).for_each_concurrent(TOGETHER, each).await;
    }
}

#[cfg(test)]
mod tests {
    use app::protocol::Role;

    use super::*;

    fn standing(user: u64) -> Standing {
        Standing {
            user: UserId(user),
            room: RoomId(1),
            role: Role::Member,
        }
    }

    fn debt(user: u64, number: u64) -> Debt {
        Debt {
            standing: standing(user),
            number: Number(number),
        }
    }

    #[test]
    fn a_flurry_moves_the_marker_first_and_owes_the_last() {
        let (markers, start, ann) = (OwnMarkers::default(), Instant::now(), standing(1));
        assert_eq!(markers.claim(ann, start), OwnMarker::Moves);
        for number in [3, 4, 2] {
            assert_eq!(markers.claim(ann, start + PAUSE / 2), OwnMarker::Stays);
            markers.owe(ann, Number(number), start + PAUSE / 2);
        }
        assert_eq!(markers.claim(standing(2), start), OwnMarker::Moves, "each their own");
        assert_eq!(markers.due(start + PAUSE / 2), []);
        assert_eq!(markers.due(start + PAUSE), [debt(1, 4)]);
        assert_eq!(
            markers.claim(ann, start + PAUSE * 3 / 2),
            OwnMarker::Stays,
            "it has just moved"
        );
        markers.paid(debt(1, 4));
        assert_eq!(markers.claim(ann, start + PAUSE * 2), OwnMarker::Moves);
        assert_eq!(markers.due(start + PAUSE * 3), []);
    }

    #[test]
    fn a_debt_stands_until_it_is_paid_and_what_came_meanwhile_longer() {
        let (markers, start, ann) = (OwnMarkers::default(), Instant::now(), standing(1));
        markers.owe(ann, Number(4), start);
        for round in 1..3 {
            assert_eq!(markers.due(start + PAUSE * round), [debt(1, 4)], "the store was away");
        }
        markers.owe(ann, Number(5), start + PAUSE * 2);
        markers.paid(debt(1, 4));
        assert_eq!(
            (markers.of(UserId(1)), markers.of(UserId(2))),
            (vec![debt(1, 5)], vec![])
        );
        assert_eq!(markers.all(), [debt(1, 5)]);
    }

    #[test]
    fn nobody_is_kept_in_mind_for_longer_than_they_write() {
        let (markers, start) = (OwnMarkers::default(), Instant::now());
        markers.claim(standing(1), start);
        assert_eq!(markers.due(start + PAUSE), []);
        assert!(markers.lock().is_empty());
        // Owed though forgotten meanwhile: the store took that long.
        markers.owe(standing(1), Number(7), start + PAUSE);
        assert_eq!(markers.due(start + PAUSE * 2), [debt(1, 7)]);
        markers.paid(debt(1, 7));
        assert_eq!(markers.due(start + PAUSE * 3), []);
        assert!(markers.lock().is_empty());
    }

    #[test]
    fn a_crowd_is_not_kept_in_mind() {
        let (markers, start) = (OwnMarkers::default(), Instant::now());
        for user in 0..=MOST as u64 {
            assert_eq!(markers.claim(standing(user), start), OwnMarker::Moves);
        }
        assert_eq!(markers.lock().len(), MOST);
    }
}
