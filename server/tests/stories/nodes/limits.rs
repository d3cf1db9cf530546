//! How fast one may go is counted per person, whichever nodes their lines go to.

use std::time::Duration;

use app::protocol::ErrorCode;
use reqwest::StatusCode;
use serde_json::json;
use server::service::{Rate, RateOptions};
use tokio::time::{Instant, interval};

use super::stage::{Node, Nodes};
use crate::harness::{Client, GENERAL, Line, Person, post};

/// What may be spent on a node before the others are told of it, in seconds: one, and another one for a busy machine.
const UNTOLD: u64 = 2;

/// A line of theirs to each node.
async fn lines_to(nodes: &[Node], person: &Person) -> Vec<Client> {
    let mut lines = Vec::new();
    for node in nodes {
        let address = node.address;
        let line = Line {
            address,
            ..person.line()
        };
        let client = line.open().await.expect("the node accepts it");
        client.watches([(GENERAL, None)]).await;
        lines.push(client);
    }
    lines
}

/// Whether the line may post once more.
async fn posts(line: &Client, body: &str) -> bool {
    match line.ask(post(GENERAL, body)).await {
        Ok(_) => true,
        Err(refused) => {
            assert_eq!(refused.code, ErrorCode::TooFast);
            assert!(refused.retry_after_ms.is_some(), "and when to come back");
            false
        }
    }
}

#[tokio::test]
async fn who_has_spent_everything_on_one_node_finds_nothing_left_on_the_others() {
    const BURST: u32 = 40;
    let rates = RateOptions {
        writes: Some(Rate::new(BURST, Duration::from_secs(3_600))),
        ..RateOptions::unlimited()
    };
    let Some(Nodes { nodes, .. }) = &Nodes::start_with::<3>(rates).await else {
        return;
    };
    let ann = nodes[0].person("ann").await;
    let lines = lines_to(nodes, &ann).await;
    for number in 0..BURST {
        assert!(posts(&lines[0], &format!("quick {number}")).await);
    }
    for line in &lines[1..] {
        let mut tries = interval(Duration::from_millis(100));
        let mut done = 0;
        while posts(line, "elsewhere").await {
            done += 1;
            tries.tick().await;
        }
        assert!(done < BURST, "the other nodes were not told: {done}");
    }
    let bob = nodes[1].person("bob").await;
    bob.says(GENERAL, "at my own pace").await;
}

#[tokio::test]
async fn who_floods_on_three_nodes_gets_about_as_much_done_as_on_one_and_the_others_notice_nothing() {
    const BURST: u64 = 20;
    const A_SECOND: u64 = 10;
    const SECONDS: u64 = 8;
    let rates = RateOptions {
        writes: Some(Rate::new(BURST as u32, Duration::from_millis(1_000 / A_SECOND))),
        ..RateOptions::unlimited()
    };
    let Some(Nodes { nodes, .. }) = &Nodes::start_with::<3>(rates).await else {
        return;
    };
    let (ann, bob) = (nodes[0].person("ann").await, nodes[1].person("bob").await);
    let cleo = nodes[2].person("cleo").await;
    let lines = lines_to(nodes, &ann).await;
    let start = Instant::now();
    let flood = async |line: &Client| {
        let mut tries = interval(Duration::from_millis(20));
        let mut done = 0;
        while start.elapsed().as_secs() < SECONDS {
            tries.tick().await;
            done += u64::from(posts(line, "flood").await);
        }
        done
    };
    let talk = async {
        let mut pauses = interval(Duration::from_millis(500));
        for round in 0..2 * SECONDS {
            pauses.tick().await;
            let body = format!("calmly {round}");
            bob.says(GENERAL, &body).await;
            cleo.reads(&body).await;
        }
    };
    let (one, two, three, ()) = tokio::join!(flood(&lines[0]), flood(&lines[1]), flood(&lines[2]), talk);
    let (done, on_one) = (one + two + three, BURST + A_SECOND * (start.elapsed().as_secs() + 1));
    // What two nodes give away before the third knows: they are told of what is more than a quarter of the burst.
    let slack = 2 * (BURST + UNTOLD * A_SECOND + BURST / 4);
    assert!(
        done >= BURST + A_SECOND * (SECONDS - 1),
        "no less than on one node: {done}"
    );
    assert!(done <= on_one + slack, "{done} were done; on one node it were {on_one}");
}

#[tokio::test]
async fn an_address_that_has_made_enough_people_on_one_node_makes_no_more_on_another() {
    const BURST: u32 = 40;
    let rates = RateOptions {
        sign_ups: Some(Rate::new(BURST, Duration::from_secs(3_600))),
        limit_loopback: true,
        ..RateOptions::unlimited()
    };
    let Some(Nodes { nodes, .. }) = &Nodes::start_with::<2>(rates).await else {
        return;
    };
    let http = reqwest::Client::new();
    let signs_up = async |node: &Node| {
        let signing = http
            .post(format!("http://{}/api/v1/session", node.address))
            .json(&json!({ "name": "somebody" }));
        signing.send().await.expect("the node answers").status()
    };
    for _ in 0..BURST {
        assert_eq!(signs_up(&nodes[0]).await, StatusCode::OK);
    }
    assert_eq!(signs_up(&nodes[0]).await, StatusCode::TOO_MANY_REQUESTS);
    let mut tries = interval(Duration::from_millis(100));
    let mut done = 0;
    while signs_up(&nodes[1]).await == StatusCode::OK {
        done += 1;
        tries.tick().await;
    }
    assert!(done < BURST, "the other node was not told: {done}");
}
