//! The feeds that somebody on this node watches, and how far each has left.

use std::collections::{HashMap, HashSet, hash_map::Entry};

use tokio::time::Instant;

use app::protocol::{FeedId, Seq};

use super::{counts::Counts, sequencer::Sequencer, stretch::Stretch};

/// Stretches that may wait while a feed's head is read. More are dropped: they show as a hole, and are filled.
const OPENING: usize = 1_024;

/// All of them.
#[derive(Default)]
pub struct CarriedFeeds {
    feeds: HashMap<FeedId, Carried>,
    /// Those that wait for something: the only ones that time has to be kept for.
    waiting: HashSet<FeedId>,
}

enum Carried {
    /// Its head is being read; what comes meanwhile waits here.
    Opening(Vec<Stretch>),
    Open(Box<Open>),
}

struct Open {
    sequencer: Sequencer,
    counts: Counts,
    filling: bool,
    /// Something was lost meanwhile, perhaps behind what was read: it is to be read once more.
    lost_meanwhile: bool,
}

impl Open {
    fn at(released: Seq) -> Self {
        Self {
            sequencer: Sequencer::from(released),
            counts: Counts::default(),
            filling: false,
            lost_meanwhile: false,
        }
    }

    /// When the store is to be asked for what is missing, if anything is.
    fn hole_due(&self) -> Option<Instant> {
        self.sequencer.hole_due().filter(|_| !self.filling)
    }

    fn is_waiting(&self) -> bool {
        self.sequencer.hole_due().is_some() || self.counts.held_until().is_some()
    }
}

impl CarriedFeeds {
    /// Begins to listen; what comes waits until the feed is opened. Where it stands, if it is open already.
    pub fn begin(&mut self, feed: FeedId) -> Option<Seq> {
        match self.feeds.entry(feed) {
            Entry::Occupied(entry) => match entry.get() {
                Carried::Open(open) => Some(open.sequencer.released()),
                Carried::Opening(_) => None,
            },
            Entry::Vacant(entry) => {
                entry.insert(Carried::Opening(Vec::new()));
                None
            }
        }
    }

    /// The feed stood at `head` after it was listened to. Gives a position up to which everything was released before; `None`
    /// when it was abandoned meanwhile.
    pub fn open(&mut self, feed: FeedId, head: Seq) -> Option<Seq> {
        let carried = self.feeds.get_mut(&feed)?;
        let came = match carried {
            Carried::Open(open) => return Some(open.sequencer.released()),
            Carried::Opening(came) => std::mem::take(came),
        };
        let mut open = Open::at(head);
        if !came.is_empty() {
            self.waiting.insert(feed);
        }
        for stretch in came {
            open.sequencer.hold(stretch);
        }
        *carried = Carried::Open(Box::new(open));
        Some(head)
    }

    /// The feed could not be opened.
    pub fn abandon(&mut self, feed: FeedId) {
        if let Some(Carried::Opening(_)) = self.feeds.get(&feed) {
            self.feeds.remove(&feed);
        }
    }

    /// Nobody watches it any more.
    pub fn forget(&mut self, feed: FeedId) {
        self.feeds.remove(&feed);
        self.waiting.remove(&feed);
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.feeds.len()
    }

    /// The highest position that any of them has left behind.
    pub fn highest(&self) -> Seq {
        let released = self.feeds.values().filter_map(|carried| match carried {
            Carried::Open(open) => Some(open.sequencer.released()),
            Carried::Opening(_) => None,
        });
        released.max().unwrap_or_default()
    }

    /// Whether it is carried.
    pub fn contains(&self, feed: FeedId) -> bool {
        self.feeds.contains_key(&feed)
    }

    /// Where each open feed stands.
    pub fn positions(&self) -> impl Iterator<Item = (FeedId, Seq)> {
        self.feeds.iter().filter_map(|(feed, carried)| match carried {
            Carried::Open(open) => Some((*feed, open.sequencer.released())),
            Carried::Opening(_) => None,
        })
    }

    /// Takes a stretch; gives back what of its feed leaves now, in order.
    pub fn take(&mut self, stretch: Stretch, now: Instant) -> Vec<Stretch> {
        let feed = stretch.feed();
        match self.feeds.get_mut(&feed) {
            Some(Carried::Open(open)) => {
                let ready = open.counts.pass(open.sequencer.take(stretch, now), now);
                if open.is_waiting() {
                    self.waiting.insert(feed);
                } else {
                    self.waiting.remove(&feed);
                }
                ready
            }
            Some(Carried::Opening(came)) => {
                // The newest stays: behind it shows what was dropped.
                came.truncate(OPENING - 1);
                came.push(stretch);
                Vec::new()
            }
            None => Vec::new(),
        }
    }

    /// Gives back what waited long enough, feed by feed.
    pub fn release(&mut self, now: Instant) -> Vec<Vec<Stretch>> {
        let Self { feeds, waiting } = self;
        let mut ready = Vec::new();
        waiting.retain(|feed| {
            let Some(Carried::Open(open)) = feeds.get_mut(feed) else {
                return false;
            };
            ready.push(open.counts.pass(open.sequencer.release(now), now));
            open.is_waiting()
        });
        ready
    }

    /// When the next hole is to be filled, and when the next thing that is held back may leave.
    pub fn next_due(&self) -> (Option<Instant>, Option<Instant>) {
        let (mut hole, mut held) = (None, None);
        for open in self.waiting.iter().filter_map(|feed| self.opened(feed)) {
            hole = earlier(hole, open.hole_due());
            held = earlier(held, open.counts.held_until());
        }
        (hole, held)
    }

    fn opened(&self, feed: &FeedId) -> Option<&Open> {
        match self.feeds.get(feed) {
            Some(Carried::Open(open)) => Some(open),
            Some(Carried::Opening(_)) | None => None,
        }
    }

    /// The holes that waited long enough are to be filled: each feed, and from where on. Each is given once until it is `filled`.
    pub fn begin_filling(&mut self, now: Instant) -> Vec<(FeedId, Seq)> {
        let Self { feeds, waiting } = self;
        let due = waiting.iter().filter_map(|feed| match feeds.get_mut(feed) {
            Some(Carried::Open(open)) if open.hole_due().is_some_and(|due| due <= now) => {
                open.filling = true;
                Some((*feed, open.sequencer.released()))
            }
            _ => None,
        });
        due.collect()
    }

    /// These stood at least so far when the store was asked: those that do not yet are to be read on, each from where it stands.
    pub fn begin_filling_behind(&mut self, heads: &[(FeedId, Seq)]) -> Vec<(FeedId, Seq)> {
        let behind = heads.iter().filter_map(|(feed, head)| match self.feeds.get_mut(feed) {
            Some(Carried::Open(open)) if !open.filling && open.sequencer.released() < *head => {
                open.filling = true;
                Some((*feed, open.sequencer.released()))
            }
            _ => None,
        });
        behind.collect()
    }

    /// Nobody knows what was missed: every feed is to be read on.
    pub fn begin_filling_all(&mut self) -> Vec<(FeedId, Seq)> {
        let all = self.feeds.iter_mut().filter_map(|(feed, carried)| match carried {
            Carried::Open(open) => {
                open.lost_meanwhile = std::mem::replace(&mut open.filling, true);
                (!open.lost_meanwhile).then(|| (*feed, open.sequencer.released()))
            }
            Carried::Opening(_) => None,
        });
        all.collect()
    }

    /// There was no more to read of this feed. Whether it is to be read once more, and from where on.
    pub fn filled(&mut self, feed: FeedId, now: Instant) -> Option<(FeedId, Seq)> {
        let Some(Carried::Open(open)) = self.feeds.get_mut(&feed) else {
            return None;
        };
        open.sequencer.was_filled(now);
        open.filling = std::mem::take(&mut open.lost_meanwhile);
        open.filling.then(|| (feed, open.sequencer.released()))
    }
}

fn earlier(one: Option<Instant>, other: Option<Instant>) -> Option<Instant> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

#[cfg(test)]
mod tests {
    use app::protocol::Changes;

    use super::*;

    #[test]
    fn what_is_lost_while_a_feed_is_read_is_looked_for_once_that_is_over() {
        let (mut carried, feed) = (CarriedFeeds::default(), FeedId::Community);
        carried.begin(feed);
        carried.open(feed, Seq(3));
        assert_eq!(carried.begin_filling_all(), [(feed, Seq(3))]);
        assert!(carried.begin_filling_all().is_empty(), "it is being read");
        assert_eq!(carried.filled(feed, Instant::now()), Some((feed, Seq(3))));
        assert_eq!(carried.filled(feed, Instant::now()), None);
    }

    #[test]
    fn the_newest_of_too_much_that_comes_while_a_feed_is_opened_is_not_dropped() {
        let (mut carried, feed, now) = (CarriedFeeds::default(), FeedId::Community, Instant::now());
        carried.begin(feed);
        let newest = OPENING as u64 + 1;
        for to in 1..=newest {
            let (after, to, items) = (Seq(to - 1), Seq(to), Vec::new());
            carried.take(Changes { feed, after, to, items }.into(), now);
        }
        carried.open(feed, Seq(newest - 1));
        carried.release(now);
        assert_eq!(carried.positions().next(), Some((feed, Seq(newest))));
    }
}
