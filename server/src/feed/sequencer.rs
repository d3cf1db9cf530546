//! Puts one feed's changes in order. Pure: time comes in with the calls.

use std::{collections::BTreeMap, time::Duration};

use tokio::time::Instant;

use app::protocol::Seq;

use super::stretch::Stretch;

/// How long a hole is waited for before the store is asked.
pub const HOLE_PATIENCE: Duration = Duration::from_millis(50);
/// Changes that may wait behind a hole. More are dropped, the farthest first: the store has them.
const WAITING: usize = 1_024;

/// One feed's order. `released` is the position up to which everything has left.
#[derive(Debug)]
pub struct Sequencer {
    released: Seq,
    /// The feed leads at least so far. Farther than what waits, when some of that was dropped.
    known: Seq,
    /// What is behind a hole, by the position it follows.
    waiting: BTreeMap<Seq, Stretch>,
    hole_since: Option<Instant>,
}

impl Sequencer {
    /// Carries a feed on from its present head.
    pub fn from(released: Seq) -> Self {
        Self {
            released,
            known: released,
            waiting: BTreeMap::new(),
            hole_since: None,
        }
    }

    /// Everything up to here has been released.
    pub fn released(&self) -> Seq {
        self.released
    }

    /// Takes stretches in any order; gives back those whose turn it is, in order, without a hole between them.
    pub fn take(&mut self, stretch: Stretch, now: Instant) -> Vec<Stretch> {
        self.hold(stretch);
        self.release(now)
    }

    /// Takes a stretch without releasing any.
    pub fn hold(&mut self, stretch: Stretch) {
        if stretch.to() <= self.released {
            return;
        }
        self.known = self.known.max(stretch.to());
        // Of two that follow the same position the longer says more.
        match self.waiting.get(&stretch.after()) {
            Some(known) if known.to() >= stretch.to() => {}
            _ => {
                self.waiting.insert(stretch.after(), stretch);
            }
        }
        while self.waiting.len() > WAITING {
            self.waiting.pop_last();
        }
    }

    /// Gives back those whose turn it is.
    pub fn release(&mut self, now: Instant) -> Vec<Stretch> {
        let mut ready = Vec::new();
        while let Some(entry) = self.waiting.first_entry() {
            if *entry.key() > self.released {
                break;
            }
            let stretch = entry.remove();
            if stretch.to() > self.released {
                self.released = stretch.to();
                ready.push(stretch);
            }
        }
        self.hole_since = match (self.released >= self.known, self.hole_since) {
            (true, _) => None,
            (false, Some(since)) if ready.is_empty() => Some(since),
            (false, _) => Some(now),
        };
        ready
    }

    /// The store has no more. What is still missing is waited for anew: it may not be there yet, or never come.
    pub fn was_filled(&mut self, now: Instant) {
        if self.hole_since.is_some() {
            self.hole_since = Some(now);
        }
    }

    /// When the store is to be asked for what is missing, if anything is.
    pub fn hole_due(&self) -> Option<Instant> {
        self.hole_since.map(|since| since + HOLE_PATIENCE)
    }
}

#[cfg(test)]
mod tests {
    use app::protocol::{Changes, FeedId};
    use proptest::prelude::*;

    use super::*;
    use crate::bus::Encoded;

    fn changes(after: u64, to: u64) -> Stretch {
        let (after, to) = (Seq(after), Seq(to));
        let (feed, items) = (FeedId::Community, Vec::new());
        Stretch::from(Changes { feed, after, to, items })
    }

    fn frame(after: u64, to: u64) -> Stretch {
        let Stretch::Rows(changes) = changes(after, to) else {
            unreachable!("it was just made of rows")
        };
        let encoded = Encoded::all(Changes::clone(&changes)).next().unwrap();
        Stretch::Frame(encoded.into())
    }

    fn spans(ready: &[Stretch]) -> Vec<(u64, u64)> {
        ready
            .iter()
            .map(|stretch| (stretch.after().0, stretch.to().0))
            .collect()
    }

    #[test]
    fn what_comes_early_waits_for_what_it_follows() {
        let now = Instant::now();
        let mut sequencer = Sequencer::from(Seq(10));
        assert!(sequencer.take(changes(11, 12), now).is_empty());
        assert_eq!(sequencer.hole_due(), Some(now + HOLE_PATIENCE));
        assert_eq!(spans(&sequencer.take(changes(10, 11), now)), [(10, 11), (11, 12)]);
        assert_eq!((sequencer.released(), sequencer.hole_due()), (Seq(12), None));
    }

    #[test]
    fn what_is_known_already_is_dropped() {
        let now = Instant::now();
        let mut sequencer = Sequencer::from(Seq(10));
        assert!(sequencer.take(changes(8, 9), now).is_empty());
        assert!(sequencer.take(changes(9, 10), now).is_empty());
        assert_eq!(sequencer.hole_due(), None);
    }

    #[test]
    fn a_fill_that_overlaps_what_waits_releases_it_once() {
        let now = Instant::now();
        let mut sequencer = Sequencer::from(Seq(0));
        assert!(sequencer.take(changes(3, 4), now).is_empty());
        assert_eq!(spans(&sequencer.take(changes(0, 4), now)), [(0, 4)]);
        assert!(sequencer.take(changes(3, 4), now).is_empty());
    }

    #[test]
    fn another_hole_behind_the_first_is_waited_for_anew() {
        let start = Instant::now();
        let later = start + Duration::from_millis(40);
        let mut sequencer = Sequencer::from(Seq(0));
        sequencer.take(changes(1, 2), start);
        sequencer.take(changes(3, 4), start);
        assert_eq!(spans(&sequencer.take(changes(0, 1), later)), [(0, 1), (1, 2)]);
        assert_eq!(sequencer.hole_due(), Some(later + HOLE_PATIENCE));
    }

    #[test]
    fn what_was_dropped_is_a_hole_though_nothing_waits_behind_it() {
        let (now, newest) = (Instant::now(), WAITING as u64 + 2);
        let mut sequencer = Sequencer::from(Seq(0));
        for to in 2..=newest {
            sequencer.take(changes(to - 1, to), now);
        }
        // Read from the store before the newest was committed.
        sequencer.take(changes(0, newest - 1), now);
        assert_eq!(sequencer.hole_due(), Some(now + HOLE_PATIENCE));
    }

    #[test]
    fn a_hole_that_the_store_cannot_fill_is_not_asked_about_without_a_pause() {
        let start = Instant::now();
        let later = start + HOLE_PATIENCE;
        let mut sequencer = Sequencer::from(Seq(0));
        sequencer.take(changes(1, 2), start);
        assert_eq!(sequencer.hole_due(), Some(later));
        sequencer.was_filled(later);
        assert_eq!(sequencer.hole_due(), Some(later + HOLE_PATIENCE));
    }

    proptest! {
        #[test]
        fn any_order_and_any_duplicates_leave_in_one_order(order in prop::collection::vec(0u64..40, 0..200)) {
            let now = Instant::now();
            let mut sequencer = Sequencer::from(Seq(0));
            let mut position = 0;
            for after in order.into_iter().chain(0..40) {
                for released in sequencer.take(changes(after, after + 1), now) {
                    prop_assert_eq!(released.after().0, position);
                    position = released.to().0;
                }
            }
            prop_assert_eq!(position, 40);
        }

        #[test]
        fn rows_and_frames_of_any_length_in_any_order_leave_without_a_hole(
            parts in prop::collection::vec((0u64..40, 1u64..8, any::<bool>()), 0..200),
        ) {
            let now = Instant::now();
            let mut sequencer = Sequencer::from(Seq(0));
            let mut position = 0;
            // In the end the store fills whatever is missing.
            for (after, length, is_frame) in parts.into_iter().chain([(0, 60, false)]) {
                let (after, to) = (after, after + length);
                let stretch = if is_frame { frame(after, to) } else { changes(after, to) };
                for released in sequencer.take(stretch, now) {
                    prop_assert!(released.after().0 <= position, "a hole");
                    prop_assert!(released.to().0 > position, "nothing new");
                    position = released.to().0;
                }
                prop_assert_eq!(sequencer.released().0, position);
            }
            prop_assert_eq!(position, 60);
        }
    }
}
