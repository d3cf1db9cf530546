//! Goal 17: who does not read is bounded, costs the others nothing, and has everything once it reads again.

use std::time::Duration;

use app::protocol::{FeedId, Seq};
use futures::future::join_all;
use server::{hub::QUEUE_BYTES, line::RECORD_BYTES};
use tokio::time::Instant;

use crate::harness::{
    GENERAL, Line, Listener, Person, Replica, Setup, TestServer, check_time, messages, per_check_second, post,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_that_stops_reading_is_bounded_and_the_others_go_on_and_it_heals() {
    stops_and_heals(TestServer::start().await, QUEUE_BYTES).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_that_stops_reading_under_tls_is_bounded_and_the_others_go_on_and_it_heals() {
    // One record waits beside the queue, and what TLS adds to it.
    stops_and_heals(TestServer::start_tls().await, QUEUE_BYTES + RECORD_BYTES + 256).await;
}

async fn stops_and_heals(server: TestServer, bound: usize) {
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
        if round == 3 {
            assert!(
                most > 0,
                "what waits for a slow reader waits here, where it is counted, not in the system"
            );
        }
        if dropped > 0 && round >= 55 {
            break;
        }
    }
    assert!(most <= bound, "{most} bytes waited");
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

/// Posts, and gives how long it took until all of them had been told.
async fn reaches_all(author: &Person, readers: &[Listener], body: &str) -> (Duration, Seq) {
    let began = Instant::now();
    let (_, seq) = author.says(GENERAL, body).await;
    join_all(readers.iter().map(|reader| reader.reaches(seq))).await;
    (began.elapsed(), seq)
}

/// From so long a check on the medians are compared.
const JUDGED_FROM: Duration = Duration::from_secs(20);
/// What a median may differ by on a machine that has other things to do.
const SLACK: Duration = Duration::from_millis(10);

/// The median and the 99th percentile.
fn percentiles(mut times: Vec<Duration>) -> (Duration, Duration) {
    times.sort_unstable();
    (times[times.len() / 2], times[times.len() * 99 / 100])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tenth_that_never_reads_is_bounded_and_holds_nobody_up_and_converges() {
    server::door::raise();
    let server = TestServer::start_as(Setup {
        send_buffer: Some(16 * 1024),
        ..Setup::default()
    })
    .await;
    let [ann] = server.people(["ann"]).await;
    let lines = usize::try_from(per_check_second(50)).unwrap().clamp(50, 1_000);
    let line = Line {
        receive_buffer: Some(4_096),
        ..ann.line()
    };
    let (mut readers, mut others) = (Vec::new(), Vec::new());
    for number in 0..lines {
        if number % 10 == 0 {
            others.push(Listener::open(&line).await);
        } else {
            readers.push(Listener::open(&ann.line()).await);
        }
    }
    let body = "x".repeat(9_000);
    // The first ones find a server that has just let everybody in.
    for _ in 0..10 {
        reaches_all(&ann, &readers, &body).await;
    }
    let mut before = Vec::new();
    for _ in 0..30 {
        before.push(reaches_all(&ann, &readers, &body).await.0);
    }

    others.iter().for_each(Listener::stops_reading);
    let hub = &server.context().hub;
    let (mut during, mut head, mut most) = (Vec::new(), Seq(0), 0);
    // Until each of them has had its queue dropped: what the system keeps for it is full, and so was what we keep.
    while hub.queues().iter().filter(|figures| figures.overflows > 0).count() < others.len() {
        assert!(
            during.len() < 2_000,
            "18 MB do not fit into what is kept for one reader"
        );
        let (time, seq) = reaches_all(&ann, &readers, &body).await;
        during.push(time);
        head = seq;
        let queues = hub.queues();
        assert!(queues.iter().all(|figures| figures.bytes <= QUEUE_BYTES));
        most = most.max(queues.iter().map(|figures| figures.bytes).sum());
    }
    assert!(most <= (others.len() + 1) * QUEUE_BYTES, "{most} bytes waited");
    let ((median, slowest), (median_then, slowest_then)) = (percentiles(before), percentiles(during));
    println!(
        "{} readers, {} that do not read: told within {median:?} ({slowest:?} at the 99th percentile), then within \
         {median_then:?} ({slowest_then:?}); at most {most} bytes waited",
        readers.len(),
        others.len()
    );

    // Seconds are too short to tell a busy machine from a slow server: then it is told, not judged.
    if check_time() >= JUDGED_FROM {
        assert!(median_then <= median * 2 + SLACK, "{median_then:?} after {median:?}");
    }

    others.iter().for_each(Listener::reads_again);
    join_all(others.iter().map(|other| other.reaches(head))).await;
    reaches_all(&ann, &others, "all together now").await;
    assert_eq!(server.context().hub.connections(), lines + 1, "nobody was sent away");
}
