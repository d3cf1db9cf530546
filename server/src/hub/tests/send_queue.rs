//! The queue of one connection, whatever is put into it and however little the line takes: it is bounded, tears no frame, keeps
//! what was promised, and leaves no hole in any room.

use app::protocol::{FeedId, RoomId, Seq};
use bytes::Bytes;
use proptest::prelude::*;

use crate::hub::{
    Kind, QUEUE_BYTES, Standpoint,
    send_queue::{Offer, SIGNAL_BYTES, SendQueue},
};

const ROOMS: [FeedId; 2] = [FeedId::Room(RoomId(1)), FeedId::Room(RoomId(2))];

/// What happens to a queue. Sizes are bytes, rooms are places in `ROOMS`.
#[derive(Clone, Debug)]
enum Step {
    /// The line takes so much.
    Takes(usize),
    Reply(usize),
    Activity(usize),
    Presence(usize),
    Signal(usize),
    /// Something happens in a room.
    Happens(usize, usize),
    /// The connection's task catches up with the first room that is behind.
    CatchesUp(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let size = || 1..300_000usize;
    prop_oneof![
        3 => size().prop_map(Step::Takes),
        2 => (1..2_000usize).prop_map(Step::Reply),
        1 => size().prop_map(Step::Activity),
        1 => size().prop_map(Step::Presence),
        1 => size().prop_map(Step::Signal),
        6 => (0..ROOMS.len(), size()).prop_map(|(room, size)| Step::Happens(room, size)),
        2 => size().prop_map(Step::CatchesUp),
    ]
}

/// A frame as it was given to the queue.
#[derive(Debug)]
struct Given {
    size: usize,
    kind: Kind,
    /// Where changes lead to.
    to: Seq,
}

/// A queue, the line that it writes to, and the rooms behind it.
struct Stage {
    queue: SendQueue,
    /// Each frame consists of bytes that are its place in here.
    given: Vec<Given>,
    /// What the line took: whose bytes, and how many.
    taken: Vec<(usize, usize)>,
    /// What the line takes of a frame at once, when nothing waits.
    at_once: usize,
    heads: [Seq; 2],
    activity_lost: bool,
    presence_lost: bool,
}

impl Stage {
    fn new(at_once: usize) -> Self {
        let mut queue = SendQueue::default();
        for room in ROOMS {
            queue.watch(room, Some(Seq(0)));
            assert!(queue.caught_up(room, Some(Seq(0)), Seq(0), Seq(0)));
        }
        Self {
            queue,
            given: Vec::new(),
            taken: Vec::new(),
            at_once,
            heads: [Seq(0); 2],
            activity_lost: false,
            presence_lost: false,
        }
    }

    fn act(&mut self, step: Step) {
        match step {
            Step::Takes(bytes) => self.takes(bytes.min(self.queue.bytes())),
            Step::Reply(size) => self.gives(size, Kind::Reply, Seq(0)),
            Step::Activity(size) => self.gives(size, Kind::Activity, Seq(0)),
            Step::Presence(size) => self.gives(size, Kind::Presence, Seq(0)),
            Step::Signal(size) => self.gives(size, Kind::Signal, Seq(0)),
            Step::Happens(room, size) => {
                let (after, to) = (self.heads[room], self.heads[room].next());
                self.heads[room] = to;
                if self.queue.offer(ROOMS[room], after, to) == Offer::Take {
                    self.gives(size, Kind::Changes(ROOMS[room], Some(after)), to);
                }
            }
            Step::CatchesUp(size) => self.catches_up(size),
        }
        self.activity_lost |= self.queue.take_activity_lost();
        self.presence_lost |= self.queue.take_presence_lost();
    }

    /// What fits into the line goes there at once, as the writer does it, and only the rest waits.
    fn gives(&mut self, size: usize, kind: Kind, to: Seq) {
        let place = self.given.len();
        self.given.push(Given { size, kind, to });
        let written = if self.queue.is_empty() {
            self.at_once.min(size)
        } else {
            0
        };
        self.takes_of(place, written);
        if written < size {
            let bytes = Bytes::from(vec![u8::try_from(place).expect("few are given"); size]);
            let (waited, overflows) = (self.queue.bytes(), self.queue.overflows());
            self.queue.push(bytes, kind, written);
            self.is_dropped_by_the_rules(kind, waited, size - written, self.queue.overflows() > overflows);
        }
    }

    /// What became of `more` bytes behind those that waited: signals are left out first, and nothing is dropped that has room.
    fn is_dropped_by_the_rules(&self, kind: Kind, waited: usize, more: usize, dropped: bool) {
        let may_be_left_out = matches!(kind, Kind::Signal | Kind::Presence) && waited > SIGNAL_BYTES;
        if may_be_left_out {
            assert_eq!((self.queue.bytes(), dropped), (waited, false), "it is left out");
        } else if waited + more <= QUEUE_BYTES {
            assert_eq!((self.queue.bytes(), dropped), (waited + more, false), "it waits");
        } else {
            assert!(dropped, "more than may wait");
            assert_eq!(
                self.queue.bytes(),
                self.kept(),
                "and only what was promised or begun stays"
            );
        }
    }

    fn takes(&mut self, bytes: usize) {
        let (mut left, mut taken) = (bytes, Vec::new());
        for frame in self.queue.waiting() {
            let piece = left.min(frame.len());
            taken.push((usize::from(frame[0]), piece));
            left -= piece;
        }
        taken.into_iter().for_each(|(place, piece)| self.takes_of(place, piece));
        self.queue.wrote(bytes);
    }

    fn takes_of(&mut self, place: usize, bytes: usize) {
        match self.taken.last_mut() {
            _ if bytes == 0 => {}
            Some((last, sum)) if *last == place => *sum += bytes,
            _ => self.taken.push((place, bytes)),
        }
    }

    fn catches_up(&mut self, size: usize) {
        let Some(Standpoint { feed, position, .. }) = self.queue.behind() else {
            return;
        };
        let head = self.heads[usize::from(feed == ROOMS[1])];
        assert!(self.queue.caught_up(feed, position, head, head));
        self.gives(size, Kind::Changes(feed, position), head);
    }

    /// What has to be kept: answers, and the frame of which the line has a part.
    fn kept(&self) -> usize {
        let begun = self.taken.last().map(|(place, _)| *place);
        let is_kept = |place: usize| self.given[place].kind == Kind::Reply || begun == Some(place);
        let kept = self.queue.waiting().filter(|frame| is_kept(usize::from(frame[0])));
        kept.map(Bytes::len).sum()
    }

    fn is_consistent(&self) -> Result<(), TestCaseError> {
        let bytes = self.queue.bytes();
        prop_assert_eq!(bytes, self.queue.waiting().map(Bytes::len).sum::<usize>());
        prop_assert!(bytes <= QUEUE_BYTES.max(self.kept()), "{} bytes wait", bytes);
        Ok(())
    }

    /// The reader's side, once everything was taken.
    fn arrived(&self) -> Result<(), TestCaseError> {
        let places: Vec<usize> = self.taken.iter().map(|(place, _)| *place).collect();
        prop_assert!(
            places.is_sorted_by(|one, next| one < next),
            "in order, once: {:?}",
            places
        );
        let mut positions = [Seq(0); 2];
        for (place, bytes) in &self.taken {
            let frame = &self.given[*place];
            prop_assert_eq!(*bytes, frame.size, "a frame is torn");
            if let Kind::Changes(feed, after) = frame.kind {
                let position = &mut positions[usize::from(feed == ROOMS[1])];
                prop_assert!(
                    after <= Some(*position),
                    "{:?} leaves a hole behind {}",
                    frame,
                    position
                );
                *position = frame.to.max(*position);
            }
        }
        prop_assert_eq!(positions, self.heads);
        for (place, frame) in self.given.iter().enumerate() {
            let is_there = places.binary_search(&place).is_ok();
            prop_assert!(is_there || frame.kind != Kind::Reply, "an answer is missing");
            prop_assert!(is_there || frame.kind != Kind::Activity || self.activity_lost);
            prop_assert!(is_there || frame.kind != Kind::Presence || self.presence_lost);
        }
        Ok(())
    }
}

proptest! {
    #[test]
    fn whatever_waits_is_bounded_and_leaves_no_hole_in_any_room(
        at_once in prop_oneof![Just(0), 1..400_000usize],
        steps in prop::collection::vec(step(), 1..60),
    ) {
        let mut stage = Stage::new(at_once);
        for step in steps {
            stage.act(step);
            stage.is_consistent()?;
        }
        // As at the end of each connection that lives: all is taken, and what was dropped is caught up with.
        while !stage.queue.is_empty() || stage.queue.behind().is_some() {
            stage.takes(stage.queue.bytes());
            stage.catches_up(1);
            stage.is_consistent()?;
        }
        stage.arrived()?;
    }
}
