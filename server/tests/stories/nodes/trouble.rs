//! The bus goes away in the middle of everything, and comes back.

use std::{
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    time::Duration,
};

use app::protocol::Seq;
use tokio::time::{Instant, timeout};

use super::stage::Nodes;
use crate::harness::{GENERAL, Person, Replica, check_time, until};

/// How late anything may be, whatever the bus does.
const LATE: Duration = Duration::from_secs(5);

/// Posts one after the other until it is over. Gives the last seq.
async fn talks(person: &Person, is_over: &AtomicBool) -> Seq {
    let mut last = Seq(0);
    let mut number = 0;
    while !is_over.load(Relaxed) {
        number += 1;
        last = person.says(GENERAL, &format!("{} {number}", person.you.name)).await.1;
    }
    last
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_said_while_the_bus_is_away_arrives_within_five_seconds() {
    let Some(Nodes { nodes, .. }) = Nodes::start::<2>().await else {
        return;
    };
    let (ann, bob) = (nodes[0].person("ann").await, nodes[1].person("bob").await);
    assert_eq!(nodes[0].readiness().await, (200, "ready".to_owned()));
    for node in &nodes {
        node.is_cut_off().await;
    }
    let (status, sentence) = nodes[0].readiness().await;
    assert!(
        status == 200 && sentence.starts_with("ready\nthe bus is away"),
        "{sentence}"
    );

    let (_, head) = ann.says(GENERAL, "can you hear me?").await;
    timeout(LATE, bob.reaches(GENERAL, head)).await.expect("not late");
    let (_, head) = bob.says(GENERAL, "I can").await;
    timeout(LATE, ann.reaches(GENERAL, head)).await.expect("not late");

    nodes.iter().for_each(|node| node.is_back());
    for node in &nodes {
        let bus = node.bus.as_ref().unwrap();
        until("the bus to be back", || {
            server::bus::Bus::reach(&**bus) == server::bus::Reach::OtherNodes
        })
        .await;
    }
    assert_eq!(nodes[0].readiness().await.1, "ready");
    let page = nodes[0].context.telemetry.page();
    assert!(page.contains("magpie_bus_feeds_followed"), "{page}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_when_the_bus_goes_away_and_comes_back_under_load() {
    let Some(Nodes { nodes, .. }) = Nodes::start::<2>().await else {
        return;
    };
    let (ann, bob) = (nodes[0].person("ann").await, nodes[1].person("bob").await);
    let is_over = AtomicBool::new(false);
    let mischief = async {
        let start = Instant::now();
        while start.elapsed() < check_time() {
            for node in &nodes {
                node.is_cut_off().await;
            }
            ann.says(GENERAL, "the bus is away").await;
            nodes.iter().for_each(|node| node.is_back());
            for node in &nodes {
                let bus = node.bus.as_ref().unwrap();
                until("the bus to be back", || {
                    server::bus::Bus::reach(&**bus) == server::bus::Reach::OtherNodes
                })
                .await;
            }
            bob.says(GENERAL, "the bus is back").await;
        }
        is_over.store(true, Relaxed);
    };
    let talker = nodes[0].person("cleo").await;
    let (last, other, ()) = tokio::join!(talks(&talker, &is_over), talks(&bob, &is_over), mischief);
    let head = last.max(other);
    for reader in [&ann, &bob] {
        timeout(LATE, reader.reaches(GENERAL, head)).await.expect("not late");
        let mut held = Replica::default();
        held.take_all(reader.client().log.since(0).iter().map(|received| &received.frame));
        assert_eq!(held.messages(GENERAL), reader.history(GENERAL).await);
    }
}
