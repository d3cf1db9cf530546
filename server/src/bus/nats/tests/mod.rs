//! The contract on a real NATS, and what only a bus between nodes has. `MAGPIE_TEST_NATS` says where one is.

mod wire;

use std::{sync::Arc, time::Duration};

use app::protocol::{Changes, Epoch, FeedId, RoomId, Seq};
use tokio::time::{Instant, timeout};

use super::{NatsBus, handle::BusError};
use crate::{
    bus::{
        ANSWER_PATIENCE, Announcement, Bus as _, Event, Reach, Signal,
        contract::{Fresh, bus_contract, changes, next},
    },
    ids::{NodeId, SessionId},
};

/// Where NATS is, for tests; without it they say so and are over.
fn nats() -> Option<String> {
    let address = std::env::var("MAGPIE_TEST_NATS").ok();
    if address.is_none() {
        println!("not shown here: MAGPIE_TEST_NATS does not say where a NATS is");
    }
    address
}

/// Two nodes of a community that nobody else is in.
async fn nodes() -> Option<[NatsBus; 2]> {
    let address = nats()?;
    let epoch = Epoch(NodeId::fresh().to_string());
    let connect = || NatsBus::connect(&address, &epoch);
    let (one, other) = tokio::join!(connect(), connect());
    Some([one.expect("it is there"), other.expect("it is there")])
}

async fn fresh() -> Option<Fresh> {
    let [one, other] = nodes().await?;
    let (one, other) = (Arc::new(one), Arc::new(other));
    Some(Fresh { one, other })
}

bus_contract!(fresh);

fn in_room(id: u64, seq: u64) -> Arc<Changes> {
    Arc::new(Changes {
        feed: FeedId::Room(RoomId(id)),
        ..changes(seq)
    })
}

fn alive() -> Announcement {
    Announcement::Everybody {
        round: 1,
        part: 0,
        parts: 1,
        people: Vec::new(),
    }
}

#[tokio::test]
async fn only_what_is_followed_is_heard() {
    let Some([one, other]) = nodes().await else { return };
    let mut listener = other.listen();
    for room in [1, 2] {
        other.follow(FeedId::Room(RoomId(room))).await;
    }
    other.unfollow(FeedId::Room(RoomId(1)));
    assert_eq!(other.followed(), [FeedId::Room(RoomId(2))]);
    // Comes behind the end of the subscription: what one connection says is taken in order.
    other.follow(FeedId::Community).await;
    for room in [1, 3, 2] {
        one.publish(in_room(room, 1)).await;
    }
    let Event::Encoded(heard) = next(&mut listener).await else {
        panic!("expected changes")
    };
    assert_eq!((heard.feed, heard.to), (FeedId::Room(RoomId(2)), Seq(1)));
}

#[tokio::test]
async fn communities_do_not_hear_each_other() {
    let Some(([here, _], [elsewhere, _])) = nodes().await.zip(nodes().await) else {
        return;
    };
    let mut listener = here.listen();
    here.follow(FeedId::Room(RoomId(1))).await;
    elsewhere.publish(in_room(1, 1)).await;
    elsewhere.announce(alive());
    here.publish(in_room(1, 2)).await;
    let Event::Encoded(heard) = next(&mut listener).await else {
        panic!("expected changes")
    };
    assert_eq!(heard.to, Seq(2));
}

#[tokio::test]
async fn a_sign_out_is_over_when_every_living_node_has_acted_on_it() {
    let Some([one, other]) = nodes().await else { return };
    let (mut here, mut there) = (one.listen(), other.listen());
    other.announce(alive());
    while !matches!(next(&mut here).await, Event::Announced(..)) {}

    let session = SessionId(3);
    let signing_out = one.signal(Signal::SessionEnded { session });
    tokio::pin!(signing_out);
    let question = tokio::select! {
        () = &mut signing_out => panic!("nobody has answered"),
        question = async {
            loop {
                if let Event::Asked(signal, question) = next(&mut there).await {
                    assert_eq!(signal, Signal::SessionEnded { session });
                    break question;
                }
            }
        } => question,
    };
    other.answer(question);
    let asked = Instant::now();
    signing_out.await;
    assert!(asked.elapsed() < ANSWER_PATIENCE / 2, "the answer ended it");
}

#[tokio::test]
async fn a_node_that_said_goodbye_is_not_waited_for() {
    let Some([one, other]) = nodes().await else { return };
    let mut here = one.listen();
    for announcement in [alive(), Announcement::Leaving] {
        other.announce(announcement);
        while !matches!(next(&mut here).await, Event::Announced(..)) {}
    }
    let ending = one.signal(Signal::SessionEnded { session: SessionId(3) });
    timeout(ANSWER_PATIENCE / 2, ending)
        .await
        .expect("nobody has to answer");
}

#[tokio::test]
async fn what_cannot_be_reached_is_told_in_a_sentence_without_credentials() {
    let epoch = Epoch("epoch".to_owned());
    for address in [
        "nats://magpie:secret@127.0.0.1:1",
        "http://magpie:secret@here",
        "nats://secret@127.0.0.1:1",
    ] {
        let told = NatsBus::connect(address, &epoch).await.err().map(|BusError(told)| told);
        let told = told.expect("nobody is there");
        assert!(!told.contains("secret") && !told.contains('\n'), "{told}");
    }
}

#[tokio::test]
async fn a_bus_that_is_there_reaches_other_nodes() {
    let Some([one, _other]) = nodes().await else { return };
    assert_eq!(one.reach(), Reach::OtherNodes);
    // It is in force at once when it is already.
    let feed = FeedId::Community;
    one.follow(feed).await;
    timeout(Duration::from_secs(1), one.follow(feed)).await.expect("it is");
}
