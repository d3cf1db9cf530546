//! A release to more connections than are written to in one go: who comes, goes or is removed in the middle of it.

use std::{sync::Arc, time::Duration};

use app::protocol::{FeedId, RoomId, Seq, ServerFrame, UserId};
use smallvec::smallvec;
use tokio::time::Instant;

use crate::{
    feed::{Released, Rest as _},
    hub::{
        ConnectionId, Writer,
        delivery::{Delivery, SLICE},
        frame,
        signal::SignalDelivery,
        watched_feed::{SIGNALS, WatchedFeed},
    },
    ids::SessionId,
    line::tests::{Kind as LineKind, Peer, pair},
};

const ROOM: FeedId = FeedId::Room(RoomId(1));
/// Three slices.
const READERS: usize = 2 * SLICE + 1;

/// Somebody who watches from 5 on, at 5.
async fn reader(number: usize, watched: &WatchedFeed) -> (Arc<Writer>, Peer) {
    let (line, peer) = pair(LineKind::Plain).await;
    let (id, user) = (ConnectionId(number as u64), UserId(number as u64));
    let writer = Arc::new(Writer::new(id, user, SessionId(1), line, Arc::default()));
    watched.watch(&writer, Some(Seq(5)));
    watched.caught_up(&writer, Some(Seq(5)), Seq(5), None);
    (writer, peer)
}

/// A feed that stands at 5, and as many readers as take three slices.
async fn crowd() -> (Arc<WatchedFeed>, Vec<Arc<Writer>>, Vec<Peer>) {
    crate::door::raise();
    let watched = Arc::new(WatchedFeed::new(ROOM));
    watched.begin_at(Seq(5));
    let (mut writers, mut peers) = (Vec::new(), Vec::new());
    for number in 0..READERS {
        let (writer, peer) = reader(number, &watched).await;
        writers.push(writer);
        peers.push(peer);
    }
    (watched, writers, peers)
}

fn released(after: u64, text: &'static str, left: Vec<UserId>) -> Released {
    Released {
        feed: ROOM,
        after: Seq(after),
        to: Seq(after + 1),
        frames: smallvec![text.into()],
        left,
        listings: Vec::new(),
    }
}

#[tokio::test]
async fn everybody_is_told_once_though_people_come_and_go_in_the_middle() {
    let (watched, writers, mut peers) = crowd().await;
    let (told, gone, removed) = (0, READERS - 2, READERS - 1);

    let sixth = released(5, "six", vec![UserId(removed as u64)]);
    let mut delivery = Delivery::of(sixth, Arc::clone(&watched), Arc::default());
    assert!(!delivery.is_small());
    assert!(delivery.go_on());
    // The last watchers take the places of those who go.
    watched.unwatch(&writers[told]);
    watched.unwatch(&writers[gone]);
    // Who comes now reads the same from the store, and is not told twice.
    let (newcomer, mut newcomers_peer) = reader(READERS, &watched).await;
    assert!(newcomer.is_behind(), "what is on its way to the others is missing");
    watched.caught_up(&newcomer, Some(Seq(5)), Seq(6), None);
    assert!(!newcomer.is_behind());
    assert!(delivery.go_on());
    assert!(!delivery.go_on());
    let mut next = Delivery::of(released(6, "seven", Vec::new()), watched, Arc::default());
    while next.go_on() {}

    let revoked = frame::json(&ServerFrame::Revoked { room: RoomId(1) });
    let [six, seven] = [frame::text(b"six"), frame::text(b"seven")];
    for (number, peer) in peers.iter_mut().enumerate() {
        let expected = match number {
            _ if number == told => six.to_vec(),
            _ if number == gone => Vec::new(),
            _ if number == removed => [&six[..], &revoked].concat(),
            _ => [&six[..], &seven].concat(),
        };
        assert_eq!(peer.read(4_096), expected, "reader {number}");
    }
    assert_eq!(newcomers_peer.read(4_096), seven.to_vec());
}

#[tokio::test]
async fn a_signal_is_told_in_slices_and_the_next_one_after_a_pause() {
    let (watched, writers, mut peers) = crowd().await;
    let (maker, gone, now) = (UserId(0), READERS - 1, Instant::now());
    let mut delivery = SignalDelivery::of(ROOM, frame::text(b"typing"), watched.hearers(maker, now));
    assert!(!delivery.is_small());
    assert!(delivery.go_on());
    watched.unwatch(&writers[gone]);
    assert!(!delivery.go_on(), "two slices: the maker is not told");
    for (number, peer) in peers.iter_mut().enumerate() {
        let expected = if number == 0 || number == gone {
            Vec::new()
        } else {
            frame::text(b"typing").to_vec()
        };
        assert_eq!(peer.read(4_096), expected, "reader {number}");
    }
    let pause = Duration::from_secs(1) / SIGNALS * (READERS as u32 - 1);
    assert_eq!(watched.hearers(maker, now + pause / 2).len(), 0);
    assert_eq!(watched.hearers(maker, now + pause).len(), READERS - 2);
}
