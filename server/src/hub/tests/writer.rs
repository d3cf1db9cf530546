//! One writer and its peer: what waits, what goes together, and who is woken.

use std::{io::Read as _, sync::Arc, time::Duration};

use app::protocol::{FeedId, RoomId, Seq, UserId};
use bytes::Bytes;
use socket2::SockRef;
use tokio::{
    net::{TcpListener, TcpStream},
    time::timeout,
};

use crate::{
    hub::{ConnectionId, Kind, QUEUE_BYTES, Work, Writer},
    ids::SessionId,
};

const ROOM: FeedId = FeedId::Room(RoomId(1));

/// A writer, and the peer that it writes to.
async fn line() -> (Writer, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (peer, accepted) = tokio::join!(TcpStream::connect(address), listener.accept());
    let stream = accepted.unwrap().0;
    stream.writable().await.unwrap();
    (
        Writer::new(ConnectionId(1), UserId(1), SessionId(1), stream.into(), Arc::default()),
        peer.unwrap(),
    )
}

/// What the peer has received by now.
fn received(peer: &TcpStream) -> Vec<u8> {
    let mut received = vec![0; 64];
    let length = (&*SockRef::from(peer)).read(&mut received).unwrap_or(0);
    received.truncate(length);
    received
}

#[tokio::test]
async fn an_answer_waits_for_the_changes_of_a_room_that_is_watched_live_and_goes_before_them() {
    let (writer, peer) = line().await;
    writer.watch(ROOM, Some(Seq(0)));
    assert!(
        !writer.send_before(Bytes::from_static(b"one "), ROOM),
        "it is behind: nothing comes"
    );
    writer.caught_up(ROOM, Some(Seq(0)), Seq(0), Seq(0), None);
    assert!(
        !writer.send_before(Bytes::from_static(b"two "), FeedId::Community),
        "not watched"
    );
    assert_eq!(received(&peer), b"one two ");
    assert!(writer.send_before(Bytes::from_static(b"three "), ROOM));
    assert_eq!(received(&peer), b"");
    assert!(writer.offer(ROOM, Seq(0), Seq(1), &Bytes::from_static(b"and changes")));
    assert_eq!(received(&peer), b"three and changes");
    writer.wait_no_longer();
    assert_eq!((received(&peer), writer.queue_figures().0), (Vec::new(), 0));
}

#[tokio::test]
async fn an_answer_whose_changes_do_not_come_goes_without_them() {
    let (writer, peer) = line().await;
    writer.watch(ROOM, Some(Seq(0)));
    writer.caught_up(ROOM, Some(Seq(0)), Seq(0), Seq(0), None);
    assert!(writer.send_before(Bytes::from_static(b"one "), ROOM));
    writer.wait_no_longer();
    assert_eq!(received(&peer), b"one ");
    assert!(writer.send_before(Bytes::from_static(b"two "), ROOM));
    // The connection's task, on other business.
    writer.flush().unwrap();
    assert_eq!(received(&peer), b"two ");
    assert!(!writer.take_progress(), "the socket was not full");
    assert!(writer.send_before(Bytes::from_static(b"three "), ROOM));
    writer.send_last(&Bytes::from_static(b"goodbye"));
    assert_eq!(received(&peer), b"three goodbye");
    assert!(!writer.send_before(Bytes::from_static(b"four "), ROOM));
    assert_eq!(received(&peer), b"");
}

#[tokio::test]
async fn changes_that_are_too_much_behind_an_answer_are_caught_up_with_at_once() {
    let (writer, peer) = line().await;
    writer.watch(ROOM, Some(Seq(0)));
    writer.caught_up(ROOM, Some(Seq(0)), Seq(0), Seq(0), None);
    writer.bell.notified().await;
    assert!(writer.send_before(Bytes::from_static(b"one "), ROOM));
    let too_much = Bytes::from(vec![b'x'; QUEUE_BYTES]);
    writer.offer(ROOM, Seq(0), Seq(1), &too_much);
    assert_eq!(received(&peer), b"one ");
    timeout(Duration::from_secs(1), writer.bell.notified())
        .await
        .expect("the connection's task is told");
    assert!(matches!(writer.work(), Work::CatchUp(_)));
}

#[tokio::test]
async fn whoever_waits_for_a_shorter_queue_goes_on_when_it_is_dropped() {
    const ENOUGH: usize = 512 * 1024;
    let (writer, _peer) = line().await;
    writer.watch(ROOM, Some(Seq(0)));
    let frame = Bytes::from(vec![b'x'; 100_000]);
    // The peer reads nothing: at some time the system takes no more, and the queue grows.
    while writer.queue_figures().0 < ENOUGH {
        writer.send(frame.clone(), Kind::Changes(ROOM, Some(Seq(0))));
    }
    let waiting = writer.shorter_than(ENOUGH);
    let dropping = async {
        while writer.queue_figures().1 == 0 {
            writer.send(frame.clone(), Kind::Changes(ROOM, Some(Seq(0))));
        }
    };
    let both = async { tokio::join!(waiting, dropping) };
    timeout(Duration::from_secs(10), both)
        .await
        .expect("a dropped queue is a short one");
}
