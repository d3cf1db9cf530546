//! Large rooms tell how many members they have at most once a second, however many come and go. Pure: time comes in with the calls.

use std::time::Duration;

use tokio::time::Instant;

use super::stretch::Stretch;

/// Between two tellings of one room's count.
const PAUSE: Duration = Duration::from_secs(1);
/// Changes that may be held back. With more, all leave.
const HELD: usize = 1_024;

/// What of one feed is held back. Order is kept: whatever is no count takes along what is held before it.
#[derive(Debug, Default)]
pub struct Counts {
    held: Vec<Stretch>,
    told: Option<Instant>,
}

impl Counts {
    /// Takes what is next in the feed; gives back what is to leave now, in order.
    pub fn pass(&mut self, ready: Vec<Stretch>, now: Instant) -> Vec<Stretch> {
        let counts = ready.iter().filter(|stretch| stretch.is_count()).count();
        if counts == 0 && self.held.is_empty() {
            return ready;
        }
        let waits =
            counts == ready.len() && self.held.len() + counts <= HELD && self.due().is_some_and(|due| now < due);
        self.held.extend(ready);
        if waits {
            return Vec::new();
        }
        self.told = Some(now);
        std::mem::take(&mut self.held)
    }

    /// When what is held has waited long enough.
    pub fn held_until(&self) -> Option<Instant> {
        self.due().filter(|_| !self.held.is_empty())
    }

    fn due(&self) -> Option<Instant> {
        self.told.map(|told| told + PAUSE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bus::samples::{changes, member, room};

    fn count(seq: u64, members: u64) -> Stretch {
        changes(seq - 1, seq, vec![member(seq, seq, false), room(members, seq)]).into()
    }

    fn positions(left: &[Stretch]) -> Vec<u64> {
        left.iter().map(|stretch| stretch.to().0).collect()
    }

    #[test]
    fn a_large_room_tells_its_count_once_a_second() {
        let start = Instant::now();
        let mut counts = Counts::default();
        assert_eq!(positions(&counts.pass(vec![count(1, 2_000)], start)), [1]);
        assert_eq!(counts.held_until(), None);
        assert!(counts.pass(vec![count(2, 2_001)], start).is_empty());
        assert!(counts.pass(vec![count(3, 2_002)], start + PAUSE / 2).is_empty());
        assert_eq!(counts.held_until(), Some(start + PAUSE));
        assert_eq!(positions(&counts.pass(Vec::new(), start + PAUSE)), [2, 3]);
        assert_eq!(counts.held_until(), None);
    }

    #[test]
    fn what_is_no_count_waits_for_nothing_and_overtakes_nothing() {
        let now = Instant::now();
        let mut counts = Counts::default();
        counts.pass(vec![count(1, 2_000)], now);
        assert!(counts.pass(vec![count(2, 2_001)], now).is_empty());
        let renamed = changes(2, 3, vec![room(2_001, 3)]);
        assert_eq!(positions(&counts.pass(vec![renamed.into()], now)), [2, 3]);
    }

    #[test]
    fn small_rooms_tell_everything_at_once() {
        let now = Instant::now();
        let mut counts = Counts::default();
        for seq in 1..10 {
            assert_eq!(positions(&counts.pass(vec![count(seq, seq)], now)), [seq]);
        }
    }

    #[test]
    fn what_is_held_is_bounded() {
        let now = Instant::now();
        let mut counts = Counts::default();
        counts.pass(vec![count(1, 2_000)], now);
        let mut most = 0;
        for seq in 2..3_000 {
            counts.pass(vec![count(seq, 2_000)], now);
            most = most.max(counts.held.len());
        }
        assert_eq!(most, HELD);
    }
}
