//! Goal 3: one order for each room. Numbers are dense, and every reader and the history agree.

use app::protocol::{FeedId, Message, Number, Seq};

use crate::harness::{GENERAL, TestServer, messages, post};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_senders_and_ten_readers_agree_on_one_order_without_holes() {
    const POSTS: u64 = 30;
    let mut server = TestServer::start().await;
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
        let mut order: Vec<Message> = Vec::new();
        for message in frames.iter().flat_map(|received| messages(&received.frame)) {
            // Catching up and what is live may overlap: what a reader has already it does not take again.
            if order.last().is_none_or(|last| last.number < message.number) {
                order.push(message.clone());
            }
        }
        assert_eq!(order, truth, "each message once, in the one order");
    }
    server.restart().await;
    assert_eq!(senders[0].history(GENERAL).await, truth, "a restart changes nothing");
}
