//! Many at once: one order for all, and nobody waits for the slowest.

use app::protocol::{FeedId, Message, Number, Seq};
use server::hub::QUEUE_BYTES;

use crate::harness::{GENERAL, Line, Replica, TestServer, messages, post};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_senders_and_ten_readers_agree_on_one_order_without_holes() {
    const POSTS: u64 = 30;
    let server = TestServer::start().await;
    let mut senders = Vec::new();
    for number in 0..20 {
        let person = server.stranger(&format!("sender {number}")).await;
        person.connects().await;
        senders.push(person);
    }
    let mut readers = Vec::new();
    for _ in 0..10 {
        readers.push(senders[0].opens_watching(&[GENERAL]).await);
    }
    let writing = senders.iter().map(|sender| async move {
        let client = sender.client();
        let mut last = Seq(0);
        for number in 0..POSTS {
            let id = client
                .send(post(GENERAL, &format!("{} says {number}", sender.you.name)))
                .await;
            last = client.posted(id).await.1;
        }
        last
    });
    let head = futures::future::join_all(writing).await.into_iter().max().unwrap();
    let truth: Vec<Message> = senders[0].history(GENERAL).await;
    assert_eq!(
        truth.iter().map(|row| row.number).collect::<Vec<_>>(),
        (1..=20 * POSTS).map(Number).collect::<Vec<_>>()
    );
    for reader in readers {
        reader.log.reaches(FeedId::Room(GENERAL), head).await;
        let frames = reader.log.since(0);
        let order: Vec<_> = frames
            .iter()
            .flat_map(|received| messages(&received.frame))
            .cloned()
            .collect();
        assert_eq!(order, truth, "each message once, in the one order");
    }
}

#[tokio::test]
async fn pipelined_messages_of_one_sender_keep_their_order() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["ann", "bob"]).await;
    let client = ann.client();
    let mut sent = Vec::new();
    for number in 0..500 {
        sent.push(client.send(post(GENERAL, &number.to_string())).await);
    }
    let mut last = Seq(0);
    for id in sent {
        last = client.posted(id).await.1;
    }
    bob.reaches(GENERAL, last).await;
    let expected: Vec<_> = (0..500).map(|number| number.to_string()).collect();
    assert_eq!(
        bob.history(GENERAL)
            .await
            .into_iter()
            .map(|row| row.body)
            .collect::<Vec<_>>(),
        expected
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_that_stops_reading_is_bounded_and_the_others_go_on_and_it_heals() {
    let server = TestServer::start().await;
    let [ann, bob, cleo] = server.people(["ann", "bob", "cleo"]).await;
    let line = Line {
        receive_buffer: Some(4_096),
        ..cleo.line()
    };
    let slow = line.open().await.unwrap();
    slow.watches([(GENERAL, None)]).await;
    slow.log.reaches(FeedId::Room(GENERAL), Seq(1)).await;
    slow.stops_reading();

    let hub = std::sync::Arc::clone(&server.context().hub);
    let body = "x".repeat(1_000);
    let client = ann.client();
    let (mut most, mut last, mut dropped) = (0, Seq(0), 0);
    for round in 0..120 {
        let mut sent = Vec::new();
        for number in 0..100 {
            sent.push(client.send(post(GENERAL, &format!("{body} {round} {number}"))).await);
        }
        for id in sent {
            last = client.posted(id).await.1;
        }
        slow.lives().await;
        // Each round reaches those who read before the next begins: the slow one holds nobody up.
        bob.reaches(GENERAL, last).await;
        let figures = hub.queues();
        most = most.max(figures.iter().map(|figure| figure.bytes).max().unwrap_or_default());
        dropped = figures.iter().map(|figure| figure.overflows).sum();
        if dropped > 0 && round >= 55 {
            break;
        }
    }
    assert!(most <= QUEUE_BYTES, "{most} bytes waited");
    assert!(
        dropped > 0,
        "12 MB do not fit into what the system and the server hold for one reader"
    );

    slow.reads_again();
    slow.log.reaches(FeedId::Room(GENERAL), last).await;
    let mut held = Replica::default();
    held.take_all(slow.log.since(0).iter().map(|received| &received.frame));
    let truth = bob.history(GENERAL).await;
    let newest = held.messages(GENERAL);
    assert!(!newest.is_empty());
    assert_eq!(newest, truth[truth.len() - newest.len()..]);
    bob.says(GENERAL, "all together now").await;
    slow.log
        .find("the live feed", 0, |frame| {
            messages(frame).any(|row| row.body == "all together now").then_some(())
        })
        .await;
}
