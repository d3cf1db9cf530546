//! What one connection still has to be sent, and where it stands in each feed it watches.
//!
//! Invariant: bytes counted are bytes held; the bound holds whatever the peer does. A queue that would overflow is
//! dropped, never grown: its feeds are then *behind* from the position before the first dropped frame, and the
//! connection catches up from the store once its socket is writable again.

use std::collections::VecDeque;

use bytes::{Buf, Bytes};
use smallvec::SmallVec;

use app::protocol::{FeedId, Seq};

/// Bytes that may wait for one connection: about ten seconds of a very busy room. Full: the queue is dropped (see above).
pub const QUEUE_BYTES: usize = 1024 * 1024;
/// With more than this waiting, signals and presence are not queued at all.
pub(super) const SIGNAL_BYTES: usize = 64 * 1024;

/// Why a frame waits: decides what becomes of it on overflow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The answer to a command, or a control frame. Kept: a connection has few commands in flight.
    Reply,
    /// Changes of a feed that follow this position (`None`: a first snapshot). Dropped: the store has them.
    Changes(FeedId, Option<Seq>),
    /// Where an unwatched room stands. Dropped, and asked for again afterwards.
    Activity,
    /// Who came or went. Dropped, and told again afterwards.
    Presence,
    /// Typing, heartbeats. Dropped.
    Signal,
}

#[derive(Debug)]
struct Queued {
    bytes: Bytes,
    kind: Kind,
    /// Some of its bytes are on the wire already: it has to be finished.
    begun: bool,
}

/// Where a connection stands in one feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standpoint {
    /// Which feed.
    pub feed: FeedId,
    /// Everything up to here was queued or written. `None`: nothing yet, a snapshot is due.
    pub position: Option<Seq>,
    /// Live frames are not for it: it has to catch up from `position` first.
    pub behind: bool,
    /// The connection has been told nothing of this feed yet; even "nothing new" is to be said.
    pub fresh: bool,
}

/// The queue of one connection.
#[derive(Debug, Default)]
pub struct SendQueue {
    frames: VecDeque<Queued>,
    bytes: usize,
    /// A person's own feed, the community's, and the room on screen lie in place: they are looked through at each delivery.
    standpoints: SmallVec<[Standpoint; 3]>,
    activity_lost: bool,
    presence_lost: bool,
    overflows: u64,
}

/// What became of an offered frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offer {
    /// It is for the wire: write it, or `push` it.
    Take,
    /// It is not for this connection now.
    Skip,
}

impl SendQueue {
    /// Nothing waits.
    pub fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// Bytes that wait.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// How often the queue was dropped.
    pub fn overflows(&self) -> u64 {
        self.overflows
    }

    /// Begins to watch a feed, behind. Watching it again starts again from the new position.
    pub fn watch(&mut self, feed: FeedId, position: Option<Seq>) {
        self.unwatch(feed);
        self.standpoints.push(Standpoint {
            feed,
            position,
            behind: true,
            fresh: true,
        });
    }

    /// Ends watching. Whether it was watched.
    pub fn unwatch(&mut self, feed: FeedId) -> bool {
        let before = self.standpoints.len();
        self.standpoints.retain(|standpoint| standpoint.feed != feed);
        before != self.standpoints.len()
    }

    /// Where it stands in each watched feed.
    pub fn standpoints(&self) -> &[Standpoint] {
        &self.standpoints
    }

    /// Whether a feed is watched.
    pub fn watches(&self, feed: FeedId) -> bool {
        self.standpoints.iter().any(|standpoint| standpoint.feed == feed)
    }

    /// Whether a feed's live changes are for this connection.
    pub fn is_live(&self, feed: FeedId) -> bool {
        self.standpoints
            .iter()
            .any(|standpoint| standpoint.feed == feed && !standpoint.behind)
    }

    /// The first feed that has to catch up.
    pub fn behind(&self) -> Option<Standpoint> {
        self.standpoints.iter().find(|standpoint| standpoint.behind).copied()
    }

    /// Whether something is still to be told that was dropped, or not told yet.
    pub fn owes(&self) -> bool {
        self.activity_lost || self.presence_lost || self.behind().is_some()
    }

    /// Decides on live changes `after..to`. `Take` moves the position: the caller must write or push the frame.
    ///
    /// The same rule as a client's: what it has is ignored, what follows is taken, a hole means catching up.
    pub fn offer(&mut self, feed: FeedId, after: Seq, to: Seq) -> Offer {
        let Some(standpoint) = self.standpoints.iter_mut().find(|standpoint| standpoint.feed == feed) else {
            return Offer::Skip;
        };
        let Some(position) = standpoint.position.filter(|_| !standpoint.behind) else {
            return Offer::Skip;
        };
        if to <= position {
            return Offer::Skip;
        }
        if after > position {
            standpoint.behind = true;
            return Offer::Skip;
        }
        standpoint.position = Some(to);
        Offer::Take
    }

    /// Notes that a catch-up frame leads from `after` to `to`, while the feed stands at `released`. Whether the frame is for this reader:
    /// not when the feed was watched anew, or from elsewhere, while it was read; then it is read again.
    pub fn caught_up(&mut self, feed: FeedId, after: Option<Seq>, to: Seq, released: Seq) -> bool {
        let asked = |standpoint: &Standpoint| standpoint.feed == feed && standpoint.position == after;
        let Some(place) = self.standpoints.iter().position(asked) else {
            return false;
        };
        let standpoint = Standpoint {
            feed,
            position: Some(to),
            behind: to < released,
            fresh: false,
        };
        self.standpoints[place] = standpoint;
        self.postpone(feed);
        true
    }

    /// Lets the others have their turn first, if they are behind: this one moves on while it is read, or cannot be read.
    pub fn postpone(&mut self, feed: FeedId) {
        if let Some(place) = self.standpoints.iter().position(|standpoint| standpoint.feed == feed) {
            self.standpoints[place..].rotate_left(1);
        }
    }

    /// Queues a frame, `written` bytes of which are on the wire already. Drops the queue when it would overflow.
    pub fn push(&mut self, bytes: Bytes, kind: Kind, written: usize) {
        let mut bytes = bytes;
        bytes.advance(written);
        if written == 0 && self.bytes > SIGNAL_BYTES && matches!(kind, Kind::Signal | Kind::Presence) {
            self.presence_lost |= kind == Kind::Presence;
            return;
        }
        self.bytes += bytes.len();
        self.frames.push_back(Queued {
            bytes,
            kind,
            begun: written > 0,
        });
        if self.bytes > QUEUE_BYTES {
            self.drop_queue();
        }
    }

    /// Keeps what has to be finished and what was promised; the rest is remembered as "behind".
    fn drop_queue(&mut self) {
        self.overflows += 1;
        let frames = std::mem::take(&mut self.frames);
        for frame in frames {
            match frame.kind {
                _ if frame.begun => self.frames.push_back(frame),
                Kind::Reply => self.frames.push_back(frame),
                Kind::Changes(feed, after) => self.fall_behind(feed, after),
                Kind::Activity => self.activity_lost = true,
                Kind::Presence => self.presence_lost = true,
                Kind::Signal => {}
            }
        }
        self.bytes = self.frames.iter().map(|frame| frame.bytes.len()).sum();
    }

    fn fall_behind(&mut self, feed: FeedId, after: Option<Seq>) {
        if let Some(standpoint) = self.standpoints.iter_mut().find(|standpoint| standpoint.feed == feed) {
            // `None` is the smallest: of all frames dropped, the first says where to go on.
            standpoint.position = standpoint.position.min(after);
            standpoint.behind = true;
        }
    }

    /// Activity was lost before it came here.
    pub fn lose_activity(&mut self) {
        self.activity_lost = true;
    }

    /// Whether activity was dropped since this was last asked.
    pub fn take_activity_lost(&mut self) -> bool {
        std::mem::take(&mut self.activity_lost)
    }

    /// Whether it was dropped since this was last asked that somebody came or went.
    pub fn take_presence_lost(&mut self) -> bool {
        std::mem::take(&mut self.presence_lost)
    }

    /// The bytes to write next, in order.
    pub fn waiting(&self) -> impl Iterator<Item = &Bytes> {
        self.frames.iter().map(|frame| &frame.bytes)
    }

    /// Notes that the first `written` bytes went out.
    pub fn wrote(&mut self, mut written: usize) {
        self.bytes -= written;
        while let Some(frame) = self.frames.front_mut() {
            if written < frame.bytes.len() {
                frame.begun |= written > 0;
                frame.bytes.advance(written);
                return;
            }
            written -= frame.bytes.len();
            self.frames.pop_front();
        }
        // An idle connection holds no queue.
        self.frames = VecDeque::new();
    }
}

#[cfg(test)]
mod tests {
    use app::protocol::RoomId;

    use super::*;

    const ROOM: FeedId = FeedId::Room(RoomId(1));

    fn live_queue(position: u64) -> SendQueue {
        let mut queue = SendQueue::default();
        queue.watch(ROOM, Some(Seq(position)));
        assert!(queue.caught_up(ROOM, Some(Seq(position)), Seq(position), Seq(position)));
        queue
    }

    fn frame(size: usize) -> Bytes {
        Bytes::from(vec![0; size])
    }

    #[test]
    fn live_changes_are_taken_once_and_in_order() {
        let mut queue = live_queue(5);
        assert_eq!(queue.offer(ROOM, Seq(5), Seq(6)), Offer::Take);
        assert_eq!(queue.offer(ROOM, Seq(5), Seq(6)), Offer::Skip);
        assert_eq!(queue.offer(ROOM, Seq(5), Seq(8)), Offer::Take);
        assert!(queue.behind().is_none());
    }

    #[test]
    fn a_hole_means_catching_up_from_before_it() {
        let mut queue = live_queue(5);
        assert_eq!(queue.offer(ROOM, Seq(6), Seq(7)), Offer::Skip);
        assert_eq!(queue.behind().and_then(|standpoint| standpoint.position), Some(Seq(5)));
    }

    #[test]
    fn what_is_released_while_catching_up_is_not_missed() {
        let mut queue = SendQueue::default();
        queue.watch(ROOM, Some(Seq(1)));
        assert_eq!(queue.offer(ROOM, Seq(4), Seq(5)), Offer::Skip);
        assert!(queue.caught_up(ROOM, Some(Seq(1)), Seq(4), Seq(5)));
        assert!(queue.behind().is_some(), "5 was released meanwhile");
        assert!(queue.caught_up(ROOM, Some(Seq(4)), Seq(5), Seq(5)));
        assert!(queue.behind().is_none());
    }

    #[test]
    fn what_was_read_for_a_former_watch_is_not_for_the_present_one() {
        let mut queue = SendQueue::default();
        queue.watch(ROOM, Some(Seq(50)));
        // While it is read what follows 50, the reader asks for everything.
        queue.watch(ROOM, None);
        assert!(!queue.caught_up(ROOM, Some(Seq(50)), Seq(60), Seq(60)));
        assert_eq!(queue.behind().map(|standpoint| standpoint.position), Some(None));
        assert!(queue.caught_up(ROOM, None, Seq(60), Seq(60)));
    }

    #[test]
    fn overflow_drops_changes_and_signals_but_keeps_replies_and_what_is_begun() {
        let mut queue = live_queue(0);
        queue.push(frame(100), Kind::Changes(ROOM, Some(Seq(0))), 40);
        queue.push(frame(10), Kind::Reply, 0);
        queue.push(frame(10), Kind::Signal, 0);
        queue.push(frame(10), Kind::Activity, 0);
        queue.offer(ROOM, Seq(0), Seq(1));
        queue.offer(ROOM, Seq(1), Seq(2));
        queue.push(frame(QUEUE_BYTES), Kind::Changes(ROOM, Some(Seq(1))), 0);
        assert_eq!((queue.bytes(), queue.overflows()), (60 + 10, 1));
        assert_eq!(queue.behind().and_then(|standpoint| standpoint.position), Some(Seq(1)));
        assert!(queue.take_activity_lost());
    }

    #[test]
    fn a_dropped_first_snapshot_is_asked_for_again() {
        let mut queue = SendQueue::default();
        queue.watch(ROOM, None);
        assert!(queue.caught_up(ROOM, None, Seq(9), Seq(9)));
        queue.push(frame(10), Kind::Changes(ROOM, None), 0);
        queue.push(frame(QUEUE_BYTES), Kind::Changes(FeedId::Community, Some(Seq(0))), 0);
        assert_eq!(queue.behind().map(|standpoint| standpoint.position), Some(None));
    }

    #[test]
    fn a_feed_that_moves_on_whenever_it_is_read_keeps_no_other_from_its_turn() {
        const OTHER: FeedId = FeedId::Room(RoomId(2));
        let mut queue = SendQueue::default();
        queue.watch(ROOM, Some(Seq(1)));
        queue.watch(OTHER, Some(Seq(1)));
        assert_eq!(queue.behind().map(|standpoint| standpoint.feed), Some(ROOM));
        assert!(queue.caught_up(ROOM, Some(Seq(1)), Seq(4), Seq(5)));
        assert_eq!(queue.behind().map(|standpoint| standpoint.feed), Some(OTHER));
        queue.postpone(OTHER);
        assert_eq!(queue.behind().map(|standpoint| standpoint.feed), Some(ROOM));
    }

    #[test]
    fn that_somebody_came_or_went_is_told_again_when_it_was_dropped() {
        let mut queue = live_queue(0);
        queue.push(frame(SIGNAL_BYTES + 1), Kind::Reply, 0);
        queue.push(frame(10), Kind::Signal, 0);
        assert!(!queue.take_presence_lost(), "who writes is of the moment");
        queue.push(frame(10), Kind::Presence, 0);
        assert!(queue.take_presence_lost());
        let mut queue = live_queue(0);
        queue.push(frame(10), Kind::Presence, 0);
        queue.push(frame(QUEUE_BYTES), Kind::Changes(ROOM, Some(Seq(0))), 0);
        assert!(queue.take_presence_lost());
        assert!(!queue.take_presence_lost(), "once");
    }

    #[test]
    fn a_signal_is_left_out_when_more_than_a_little_waits() {
        let mut queue = live_queue(0);
        queue.push(frame(SIGNAL_BYTES), Kind::Reply, 0);
        queue.push(frame(10), Kind::Signal, 0);
        assert_eq!(queue.bytes(), SIGNAL_BYTES + 10, "this much may wait");
        queue.push(frame(10), Kind::Signal, 0);
        assert_eq!(queue.bytes(), SIGNAL_BYTES + 10, "more may not");
        queue.push(frame(10), Kind::Activity, 0);
        assert_eq!(
            (queue.bytes(), queue.overflows()),
            (SIGNAL_BYTES + 20, 0),
            "all else waits"
        );
    }
}
