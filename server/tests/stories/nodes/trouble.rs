//! The bus goes away in the middle of everything, and comes back.

use std::{
    net::SocketAddr,
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    time::Duration,
};

use app::protocol::{Seq, ServerFrame};
use server::bus::Reach;
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

    let delayed = |frame: &ServerFrame| matches!(frame, ServerFrame::Heartbeat { delayed: true, .. }).then_some(());
    ann.client().log.find("a heartbeat that says so", 0, delayed).await;

    let (_, head) = ann.says(GENERAL, "can you hear me?").await;
    timeout(LATE, bob.reaches(GENERAL, head)).await.expect("not late");
    let (_, head) = bob.says(GENERAL, "I can").await;
    timeout(LATE, ann.reaches(GENERAL, head)).await.expect("not late");

    nodes.iter().for_each(|node| node.is_back());
    for node in &nodes {
        node.knows(Reach::OtherNodes).await;
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
                node.knows(Reach::OtherNodes).await;
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

/// A NATS of one's own, which can be killed.
struct Nats {
    address: SocketAddr,
    process: Child,
}

impl Nats {
    /// Starts it at this address, and waits until somebody is let in. `None` where the program is not installed.
    async fn start(address: SocketAddr) -> Option<Self> {
        let mut command = Command::new("nats-server");
        let port = address.port().to_string();
        let command = command.args(["-a", "127.0.0.1", "-p", &port]);
        let process = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().ok()?;
        until("nats-server to be there", || {
            std::net::TcpStream::connect(address).is_ok()
        })
        .await;
        Some(Self { address, process })
    }

    /// SIGKILL: it has no chance to say goodbye.
    fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    async fn starts_again(&mut self) {
        let again = Self::start(self.address).await.expect("it was there before");
        *self = again;
    }
}

impl Drop for Nats {
    fn drop(&mut self) {
        // It may have been killed already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_when_nats_is_killed_and_started_again_under_load() {
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let Some(mut nats) = Nats::start(free).await else {
        println!("not shown here: there is no nats-server");
        return;
    };
    let Nodes { nodes, .. } = Nodes::on::<2>(nats.address).await;
    let (ann, bob) = (nodes[0].person("ann").await, nodes[1].person("bob").await);
    let cleo = nodes[0].person("cleo").await;
    let is_over = AtomicBool::new(false);
    let mischief = async {
        for _ in 0..2 {
            nats.kill();
            for node in &nodes {
                node.knows(Reach::Nobody).await;
            }
            let (_, head) = ann.says(GENERAL, "the bus is dead").await;
            timeout(LATE, bob.reaches(GENERAL, head)).await.expect("not late");
            nats.starts_again().await;
            for node in &nodes {
                node.knows(Reach::OtherNodes).await;
            }
            ann.says(GENERAL, "the bus lives").await;
        }
        is_over.store(true, Relaxed);
    };
    let (last, other, ()) = tokio::join!(talks(&cleo, &is_over), talks(&bob, &is_over), mischief);
    for reader in [&ann, &bob] {
        timeout(LATE, reader.reaches(GENERAL, last.max(other)))
            .await
            .expect("not late");
        let mut held = Replica::default();
        held.take_all(reader.client().log.since(0).iter().map(|received| &received.frame));
        assert_eq!(held.messages(GENERAL), reader.history(GENERAL).await);
    }
}
