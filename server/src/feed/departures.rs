//! What leaves, a slice at a time: a room with thousands of readers takes turns with the others, and holds up none of them.
//!
//! Each feed leaves in order: what comes while some of its readers have still to be told waits, and is merged into one stretch.

use std::collections::VecDeque;

use app::protocol::FeedId;

use super::{
    released::{Outlet, Released, Rest, leave},
    stretch::Stretch,
};
use crate::telemetry::FeedMeters;

/// Stretches that may wait behind those that leave. Full: no more is taken from the bus, which has a bound of its own.
const WAITING: usize = 4_096;

/// Signals that may be under way. Full: further ones are dropped, as signals may be.
const SIGNALS: usize = 16;

/// The feeds some of whose readers have still to be told, the next one first.
#[derive(Default)]
pub struct Departures {
    underway: VecDeque<Underway>,
    waiting: usize,
    signals: usize,
}

struct Underway {
    /// `None` for a signal, which goes along and has no order.
    feed: Option<FeedId>,
    rest: Box<dyn Rest>,
    /// Leaves after that.
    next: VecDeque<Released>,
    /// Leaves at last, in as few frames as may be.
    waiting: Vec<Stretch>,
}

impl Departures {
    /// Whether everybody was told everything.
    pub fn is_empty(&self) -> bool {
        self.underway.is_empty()
    }

    /// Whether more may come.
    pub fn has_room(&self) -> bool {
        self.waiting < WAITING
    }

    /// The next stretches of one feed.
    pub fn depart(&mut self, stretches: Vec<Stretch>, outlet: &dyn Outlet, meters: &FeedMeters) {
        let Some(feed) = stretches.first().map(Stretch::feed) else {
            return;
        };
        match self.underway.iter_mut().find(|underway| underway.feed == Some(feed)) {
            Some(underway) => {
                self.waiting += stretches.len();
                underway.waiting.extend(stretches);
            }
            None => self.underway.extend(begin(feed, stretches, outlet, meters)),
        }
    }

    /// A signal to more than are told in one go.
    pub fn go_along(&mut self, rest: Box<dyn Rest>) {
        if self.signals < SIGNALS {
            self.signals += 1;
            self.underway.push_back(Underway {
                feed: None,
                rest,
                next: VecDeque::new(),
                waiting: Vec::new(),
            });
        }
    }

    /// Tells some more readers of the feed whose turn it is.
    pub fn go_on(&mut self, outlet: &dyn Outlet, meters: &FeedMeters) {
        let Some(mut underway) = self.underway.pop_front() else {
            return;
        };
        if underway.rest.go_on() {
            self.underway.push_back(underway);
            return;
        }
        let Underway {
            feed, next, waiting, ..
        } = underway;
        let Some(feed) = feed else {
            self.signals -= 1;
            return;
        };
        let behind = match release(feed, next, outlet) {
            Some(behind) => Some(Underway { waiting, ..behind }),
            None => {
                self.waiting -= waiting.len();
                begin(feed, waiting, outlet, meters)
            }
        };
        self.underway.extend(behind);
    }
}

fn begin(feed: FeedId, stretches: Vec<Stretch>, outlet: &dyn Outlet, meters: &FeedMeters) -> Option<Underway> {
    let mut all = VecDeque::new();
    leave(stretches, |released| {
        meters.released(released.to.0 - released.after.0);
        all.push_back(released);
    });
    release(feed, all, outlet)
}

/// Releases one after the other, until there is one that takes turns.
fn release(feed: FeedId, mut all: VecDeque<Released>, outlet: &dyn Outlet) -> Option<Underway> {
    while let Some(released) = all.pop_front() {
        if let Some(rest) = outlet.release(released) {
            return Some(Underway {
                feed: Some(feed),
                rest,
                next: all,
                waiting: Vec::new(),
            });
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use app::protocol::{Activity, RoomId, UserId};

    use super::*;
    use crate::{
        bus::{
            Announcement,
            samples::{changes, member, user},
        },
        ids::{NodeId, SessionId},
    };

    /// What was told, in order: a feed, the end of a stretch, and which slice of its readers heard it.
    type Told = Arc<Mutex<Vec<(FeedId, u64, u32)>>>;

    /// Rooms have many readers, whom it tells in three slices.
    #[derive(Default)]
    struct Crowded {
        told: Told,
    }

    struct Readers {
        told: Told,
        feed: FeedId,
        to: u64,
        slice: u32,
    }

    impl Rest for Readers {
        fn go_on(&mut self) -> bool {
            self.slice += 1;
            self.told.lock().unwrap().push((self.feed, self.to, self.slice));
            self.slice < 3
        }
    }

    impl Outlet for Crowded {
        fn release(&self, released: Released) -> Option<Box<dyn Rest>> {
            let (feed, to) = (released.feed, released.to.0);
            if let FeedId::Room(_) = feed {
                let told = Arc::clone(&self.told);
                let slice = 0;
                return Some(Box::new(Readers { told, feed, to, slice }));
            }
            self.told.lock().unwrap().push((feed, to, 0));
            None
        }
        fn activity(&self, _: Activity) {}
        fn activities_lost(&self) {}
        fn typing(&self, _: RoomId, _: UserId) -> Option<Box<dyn Rest>> {
            None
        }
        fn session_ended(&self, _: SessionId) {}
        fn announced(&self, _: NodeId, _: Announcement) {}
        fn sessions(&self) -> Vec<SessionId> {
            Vec::new()
        }
    }

    const ROOM: FeedId = FeedId::Room(RoomId(1));
    const OTHER: FeedId = FeedId::Room(RoomId(2));

    fn stretch(feed: FeedId, to: u64) -> Vec<Stretch> {
        let mut stretch = changes(to - 1, to, vec![user(to, to)]);
        stretch.feed = feed;
        vec![stretch.into()]
    }

    fn finish(departures: &mut Departures, outlet: &Crowded) {
        for _ in 0..100 {
            departures.go_on(outlet, &FeedMeters::default());
        }
        assert!(departures.is_empty());
        assert_eq!(departures.waiting, 0);
    }

    #[test]
    fn feeds_with_many_readers_take_turns_and_one_with_few_goes_at_once() {
        let (mut departures, outlet, meters) = (Departures::default(), Crowded::default(), FeedMeters::default());
        departures.depart(stretch(ROOM, 1), &outlet, &meters);
        departures.depart(stretch(OTHER, 7), &outlet, &meters);
        departures.go_on(&outlet, &meters);
        departures.depart(stretch(FeedId::Community, 5), &outlet, &meters);
        finish(&mut departures, &outlet);
        assert_eq!(
            *outlet.told.lock().unwrap(),
            [
                (ROOM, 1, 1),
                (FeedId::Community, 5, 0),
                (OTHER, 7, 1),
                (ROOM, 1, 2),
                (OTHER, 7, 2),
                (ROOM, 1, 3),
                (OTHER, 7, 3),
            ]
        );
    }

    #[test]
    fn signals_go_along_in_turns_and_more_than_some_are_dropped() {
        let (mut departures, outlet, meters) = (Departures::default(), Crowded::default(), FeedMeters::default());
        let signal = || {
            let told = Arc::clone(&outlet.told);
            Box::new(Readers {
                told,
                feed: OTHER,
                to: 0,
                slice: 0,
            })
        };
        for _ in 0..=SIGNALS {
            departures.go_along(signal());
        }
        departures.depart(stretch(OTHER, 1), &outlet, &meters);
        finish(&mut departures, &outlet);
        let told = std::mem::take(&mut *outlet.told.lock().unwrap());
        assert_eq!(told.iter().filter(|told| told.1 == 0).count(), 3 * SIGNALS);
        assert_eq!(
            told[SIGNALS],
            (OTHER, 1, 1),
            "what is in order does not wait for all of them"
        );
        departures.go_along(signal());
        assert!(!departures.is_empty(), "there is room again");
    }

    #[test]
    fn what_comes_meanwhile_waits_and_leaves_as_one() {
        let (mut departures, outlet, meters) = (Departures::default(), Crowded::default(), FeedMeters::default());
        for to in 1..=3 {
            departures.depart(stretch(ROOM, to), &outlet, &meters);
        }
        finish(&mut departures, &outlet);
        let told: Vec<_> = outlet.told.lock().unwrap().iter().map(|told| told.1).collect();
        assert_eq!(told, [1, 1, 1, 3, 3, 3]);
    }

    #[test]
    fn what_leaves_apart_leaves_in_order() {
        let (mut departures, outlet, meters) = (Departures::default(), Crowded::default(), FeedMeters::default());
        let mut removal = changes(0, 1, vec![member(7, 1, true)]);
        removal.feed = ROOM;
        let mut stretches = vec![removal.into()];
        stretches.extend(stretch(ROOM, 2));
        departures.depart(stretches, &outlet, &meters);
        departures.depart(stretch(ROOM, 3), &outlet, &meters);
        finish(&mut departures, &outlet);
        let told: Vec<_> = outlet.told.lock().unwrap().iter().map(|told| told.1).collect();
        assert_eq!(told, [1, 1, 1, 2, 2, 2, 3, 3, 3]);
    }

    #[test]
    fn no_more_is_taken_than_may_wait() {
        let (mut departures, outlet, meters) = (Departures::default(), Crowded::default(), FeedMeters::default());
        departures.depart(stretch(ROOM, 1), &outlet, &meters);
        let mut to = 1;
        while departures.has_room() {
            to += 1;
            departures.depart(stretch(ROOM, to), &outlet, &meters);
        }
        assert_eq!(to as usize, WAITING + 1);
        finish(&mut departures, &outlet);
        let last = outlet.told.lock().unwrap().last().copied();
        assert_eq!(last, Some((ROOM, to, 3)));
    }
}
