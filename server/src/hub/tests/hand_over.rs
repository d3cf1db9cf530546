//! The hand-over between the hub's direct write and the connection's own task, on lines that take little at a time: no frame
//! is lost, doubled or reordered, and what was dropped is caught up with. The same under TLS.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use app::protocol::{FeedId, RoomId, Seq, UserId};
use bytes::Bytes;
use proptest::prelude::*;
use smallvec::smallvec;
use tokio::time::timeout;

use crate::{
    feed::{Released, Rest as _},
    hub::{
        ConnectionId, Kind, QUEUE_BYTES, Standpoint, Work, Writer, delivery::Delivery, frame, watched_feed::WatchedFeed,
    },
    ids::SessionId,
    line::{
        RECORD_BYTES,
        tests::{Kind as LineKind, Peer, pair},
    },
    scheduler::let_others_run,
};

const ROOM: FeedId = FeedId::Room(RoomId(1));
/// What may wait beside the queue: a record under TLS, and what TLS adds to it.
const HELD_BYTES: usize = RECORD_BYTES + 256;
/// Nothing takes this long.
const PATIENCE: Duration = Duration::from_secs(30);

/// A writer, and the peer.
async fn line(kind: LineKind) -> (Writer, Peer) {
    let (line, peer) = pair(kind).await;
    let writer = Writer::new(ConnectionId(1), UserId(1), SessionId(1), line, Arc::default());
    (writer, peer)
}

/// A frame whose payload says what it is; the rest fills it up.
fn numbered(letter: u8, first: u64, second: u64, size: usize) -> Bytes {
    frame::text(&payload(letter, first, second, size))
}

fn payload(letter: u8, first: u64, second: u64, size: usize) -> Vec<u8> {
    let mut payload = vec![letter];
    payload.extend(first.to_be_bytes());
    payload.extend(second.to_be_bytes());
    payload.resize(payload.len() + size, b'.');
    payload
}

/// The frames in what was received, which has to be whole frames and nothing else: letter and two numbers each.
fn frames(mut bytes: &[u8]) -> Vec<(u8, u64, u64)> {
    let number = |bytes: &[u8]| u64::from_be_bytes(bytes.try_into().unwrap());
    let mut found = Vec::new();
    while let [first, short, rest @ ..] = bytes {
        assert_eq!(*first, 0x81, "a frame begins where the last one ended");
        let (length, rest) = match short {
            126 => (u16::from_be_bytes([rest[0], rest[1]]) as usize, &rest[2..]),
            127 => (number(&rest[..8]) as usize, &rest[8..]),
            short => (usize::from(*short), rest),
        };
        let (payload, rest) = rest.split_at(length);
        found.push((payload[0], number(&payload[1..9]), number(&payload[9..17])));
        bytes = rest;
    }
    assert!(bytes.is_empty(), "a frame is cut off");
    found
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Reply(usize),
    /// An answer that waits for changes.
    Answer(usize),
    WaitNoLonger,
    Signal(usize),
    Live(usize),
    Flush,
    Read(usize),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        2 => (0usize..3_000).prop_map(Step::Reply),
        2 => (0usize..3_000).prop_map(Step::Answer),
        1 => Just(Step::WaitNoLonger),
        1 => (0usize..3_000).prop_map(Step::Signal),
        4 => (0usize..200_000).prop_map(Step::Live),
        1 => Just(Step::Flush),
        2 => (1usize..100_000).prop_map(Step::Read),
    ]
}

/// What was sent so far.
#[derive(Debug, Default)]
struct Story {
    replies: u64,
    signals: u64,
    released: u64,
    received: Vec<u8>,
}

impl Story {
    async fn goes_on(&mut self, step: Step, writer: &Writer, peer: &mut Peer) {
        match step {
            Step::Reply(size) => {
                writer.send(numbered(b'R', self.replies, 0, size), Kind::Reply);
                self.replies += 1;
            }
            Step::Answer(size) => {
                writer.send_before(numbered(b'R', self.replies, 0, size), ROOM);
                self.replies += 1;
            }
            Step::WaitNoLonger => writer.wait_no_longer(),
            Step::Signal(size) => {
                writer.send(numbered(b'S', self.signals, 0, size), Kind::Signal);
                self.signals += 1;
            }
            Step::Live(size) => {
                let (after, to) = (self.released, self.released + 1);
                writer.offer(ROOM, Seq(after), Seq(to), &numbered(b'C', after, to, size));
                self.released = to;
            }
            Step::Flush => {
                // Whether there is room or not: both have to be right.
                let _ = timeout(Duration::from_millis(1), writer.line().writable()).await;
                self.works(writer).await;
            }
            Step::Read(size) => self.received.extend(peer.read(size)),
        }
    }

    /// What the connection's own task would do now.
    async fn works(&mut self, writer: &Writer) {
        match writer.work() {
            Work::Flush => writer.flush().unwrap(),
            Work::CatchUp(Standpoint { position, .. }) => {
                let (after, to) = (position.unwrap().0, self.released);
                let caught_up = (to > after).then(|| numbered(b'C', after, to, 100));
                writer.caught_up(ROOM, position, Seq(to), Seq(to), caught_up);
            }
            Work::Rest => {}
            other => panic!("{other:?} has no place here"),
        }
    }

    /// Writes and reads until there is nothing more to do.
    async fn ends(&mut self, writer: &Writer, peer: &mut Peer) {
        writer.wait_no_longer();
        let writing = async {
            while writer.work() != Work::Rest {
                if writer.work() == Work::Flush {
                    writer.line().writable().await.unwrap();
                }
                self.works(writer).await;
            }
            writer.line().shut_down().await.unwrap();
        };
        let both = async { tokio::join!(writing, peer.read_to_end()).1 };
        let rest = timeout(PATIENCE, both).await.expect("it comes to an end");
        self.received.extend(rest);
    }

    fn is_as_promised(&self) -> Result<(), TestCaseError> {
        let frames = frames(&self.received);
        let of = |letter: u8| frames.iter().filter(move |frame| frame.0 == letter);
        let replies: Vec<_> = of(b'R').map(|(_, number, _)| *number).collect();
        prop_assert_eq!(
            replies,
            (0..self.replies).collect::<Vec<_>>(),
            "every answer, once, in order"
        );
        prop_assert!(
            of(b'S')
                .map(|(_, number, _)| number)
                .is_sorted_by(|one, next| one < next)
        );
        let mut position = 0;
        for (_, after, to) in of(b'C') {
            prop_assert_eq!(
                *after,
                position,
                "changes follow each other without a hole and without a repetition"
            );
            position = *to;
        }
        prop_assert_eq!(position, self.released, "in the end nothing is missing");
        Ok(())
    }
}

/// Tells the whole story.
fn is_kept_by(kind: LineKind, steps: Vec<Step>) -> Result<(), TestCaseError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let (writer, mut peer) = line(kind).await;
        let mut story = Story::default();
        writer.watch(ROOM, Some(Seq(0)));
        story.works(&writer).await;
        for step in steps {
            story.goes_on(step, &writer, &mut peer).await;
            let held = writer.line().held();
            prop_assert!(writer.queue_figures().0 <= QUEUE_BYTES + held);
            prop_assert!(held <= HELD_BYTES, "{} bytes of ciphertext wait", held);
        }
        story.ends(&writer, &mut peer).await;
        prop_assert_eq!(writer.queue_figures().0, 0);
        story.is_as_promised()
    })
}

proptest! {
    #[test]
    fn whatever_the_line_takes_nothing_is_lost_doubled_or_reordered(steps in prop::collection::vec(step(), 0..60)) {
        is_kept_by(LineKind::Plain, steps)?;
    }

    #[test]
    fn whatever_a_line_under_tls_takes_nothing_is_lost_doubled_or_reordered(steps in prop::collection::vec(step(), 0..60)) {
        is_kept_by(LineKind::Encrypted, steps)?;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_who_write_at_once_and_the_task_that_flushes_do_not_get_into_each_others_way() {
    for kind in [LineKind::Plain, LineKind::Encrypted] {
        write_at_once(kind).await;
    }
}

async fn write_at_once(kind: LineKind) {
    const EACH: u64 = 1_500;
    let (writer, mut peer) = line(kind).await;
    writer.watch(ROOM, Some(Seq(0)));
    writer.caught_up(ROOM, Some(Seq(0)), Seq(0), Seq(0), None);
    let writer = Arc::new(writer);
    let mut senders = tokio::task::JoinSet::new();
    for sender in 0..4 {
        let writer = Arc::clone(&writer);
        senders.spawn(async move {
            for number in 0..EACH {
                writer.shorter_than(QUEUE_BYTES / 4).await;
                // Sizes that have nothing to do with those of the system's buffers.
                let size = (number * 7_919 + sender * 104_729) % 3_000;
                let frame = numbered(b'R', sender, number, size as usize);
                match sender {
                    // Its answers wait for the changes that the next one tells.
                    0 if writer.send_before(frame.clone(), ROOM) => {
                        let_others_run().await;
                        writer.wait_no_longer();
                    }
                    0 => {}
                    1 => assert!(writer.offer(ROOM, Seq(number), Seq(number + 1), &frame)),
                    _ => writer.send(frame, Kind::Reply),
                }
            }
        });
    }
    let flushing = tokio::spawn({
        let writer = Arc::clone(&writer);
        async move {
            while Arc::strong_count(&writer) > 2 || writer.work() == Work::Flush {
                match writer.work() {
                    Work::Flush => {
                        writer.line().writable().await.unwrap();
                        writer.flush().unwrap();
                    }
                    _ => tokio::select! {
                        () = writer.bell.notified() => {}
                        () = tokio::task::yield_now() => {}
                    },
                }
            }
            writer.line().shut_down().await.unwrap();
        }
    });
    let all = async { tokio::join!(senders.join_all(), flushing, peer.read_to_end()) };
    let (_, flushed, received) = timeout(PATIENCE, all).await.expect("it comes to an end");
    flushed.unwrap();
    let mut next = [0; 4];
    for (_, sender, number) in frames(&received) {
        let next = &mut next[usize::try_from(sender).unwrap()];
        assert_eq!(number, *next, "sender {sender}");
        *next += 1;
    }
    assert_eq!(next, [EACH; 4]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_released_while_the_connections_task_catches_up_leaves_no_hole() {
    const ALL: u64 = 3_000;
    let (writer, mut peer) = line(LineKind::Plain).await;
    let writer = Arc::new(writer);
    let (watched, stored) = (Arc::new(WatchedFeed::new(ROOM)), Arc::new(AtomicU64::new(0)));
    watched.watch(&writer, Some(Seq(0)));
    let releasing = tokio::spawn({
        let (watched, stored) = (Arc::clone(&watched), Arc::clone(&stored));
        async move {
            for after in 0..ALL {
                // The store has it before anybody is told.
                stored.store(after + 1, Relaxed);
                let released = Released {
                    feed: ROOM,
                    after: Seq(after),
                    to: Seq(after + 1),
                    frames: smallvec![payload(b'C', after, after + 1, 9_000).into()],
                    left: Vec::new(),
                    listings: Vec::new(),
                };
                Delivery::of(released, Arc::clone(&watched), Arc::default()).go_on();
                if after % 64 == 0 {
                    tokio::task::yield_now().await;
                }
            }
        }
    });
    let working = tokio::spawn({
        let (watched, writer) = (Arc::clone(&watched), Arc::clone(&writer));
        async move {
            loop {
                match writer.work() {
                    Work::Flush => {
                        writer.line().writable().await.unwrap();
                        writer.flush().unwrap();
                    }
                    Work::CatchUp(Standpoint { position, .. }) => {
                        let (after, to) = (position.unwrap().0, stored.load(Relaxed));
                        tokio::task::yield_now().await;
                        let frame = (to > after).then(|| numbered(b'C', after, to, 100));
                        watched.caught_up(&writer, position, Seq(to), frame);
                    }
                    _ if writer.standpoints()[0].position == Some(Seq(ALL)) && writer.queue_figures().0 == 0 => break,
                    _ => tokio::select! {
                        () = writer.bell.notified() => {}
                        () = tokio::time::sleep(Duration::from_millis(1)) => {}
                    },
                }
            }
            writer.line().shut_down().await.unwrap();
        }
    });
    let all = async { tokio::join!(releasing, working, peer.read_to_end()) };
    let (released, worked, received) = timeout(PATIENCE, all).await.expect("it comes to an end");
    released.and(worked).unwrap();
    let mut position = 0;
    for (_, after, to) in frames(&received) {
        assert_eq!(after, position, "without a hole, and each once");
        position = to;
    }
    assert_eq!(position, ALL);
    assert!(writer.queue_figures().1 > 0, "it fell behind");
}
