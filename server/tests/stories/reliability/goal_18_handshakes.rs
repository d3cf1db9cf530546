//! Goal 18: who comes in says in time what they want, in few words, and does not take everybody's place.

use std::{num::NonZeroUsize, time::Duration};

use app::protocol::{CloseCode, limits::CONNECTIONS_PER_PERSON};
use futures::future::join_all;
use tokio::time::{Instant, timeout};

use crate::harness::{GENERAL, Raw, Setup, TestServer, until};

/// A request that everybody may make, after which the connection stays open.
const HEALTH: &[u8] = b"GET /healthz HTTP/1.1\r\nHost: here\r\n\r\n";

fn limited(connections_per_address: usize) -> Setup {
    Setup {
        connections_per_address: NonZeroUsize::new(connections_per_address),
        ..Setup::default()
    }
}

#[tokio::test]
async fn who_does_not_say_hello_in_time_is_asked_to_come_back() {
    let server = TestServer::start().await;
    let ann = server.stranger("ann").await;
    let mut raw = Raw::open(server.address, &ann).await;
    raw.send_frame(0x8A, b"").await;
    assert_eq!(raw.close_code().await, CloseCode::HelloTimeout.number());
}

#[tokio::test]
async fn who_says_nothing_or_drips_is_given_up_after_ten_seconds() {
    let server = TestServer::start().await;
    let (began, address) = (Instant::now(), server.address);
    let beginnings: [&[u8]; 5] = [
        b"",
        // Answered, and nothing more comes.
        HEALTH,
        b"GET /ws HT",
        b"GET /ws HTTP/1.1\r\nHost: here\r\nX-Drip: ",
        b"\r\n\r\n",
    ];
    let dripping = beginnings.iter().flat_map(|beginning| {
        [true, false].map(|drips| async move {
            let mut raw = Raw::connect(address).await;
            raw.send(beginning).await;
            while timeout(Duration::from_millis(500), raw.ends()).await.is_err() {
                if drips && !beginning.is_empty() && *beginning != HEALTH {
                    raw.send(b"x").await;
                }
            }
        })
    });
    join_all(dripping).await;
    let after = began.elapsed().as_secs();
    assert!((9..20).contains(&after), "{after} s");
    until("an empty house", || server.context().door.figures().connections == 0).await;
}

#[tokio::test]
async fn a_request_has_so_many_headers_and_so_many_bytes_of_them() {
    let server = TestServer::start().await;
    let ask = async |headers: String| {
        let mut raw = Raw::connect(server.address).await;
        raw.send(format!("GET /healthz HTTP/1.1\r\nHost: here\r\n{headers}\r\n").as_bytes())
            .await;
        raw.head().await.split(' ').nth(1).map(str::to_owned)
    };
    let many = |count: usize| {
        (0..count)
            .map(|number| format!("X-{number}: x\r\n"))
            .collect::<String>()
    };
    let long = |bytes: usize| format!("X-Long: {}\r\n", "x".repeat(bytes));
    assert_eq!(ask(many(60)).await.as_deref(), Some("200"));
    assert_eq!(ask(many(70)).await.as_deref(), Some("431"));
    assert_eq!(ask(long(15_000)).await.as_deref(), Some("200"));
    assert_eq!(ask(long(20_000)).await.as_deref(), Some("431"));
}

#[tokio::test]
async fn an_address_has_so_many_connections_and_the_next_is_told_so() {
    let server = TestServer::start_as(limited(5)).await;
    let knocks = async || {
        let mut raw = Raw::connect(server.address).await;
        raw.send(HEALTH).await;
        let head = raw.head().await;
        (raw, head)
    };
    let mut inside = Vec::new();
    for _ in 0..5 {
        let (raw, head) = knocks().await;
        assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
        inside.push(raw);
    }
    let (_outside, head) = knocks().await;
    assert!(
        head.starts_with("HTTP/1.1 429 ") && head.contains("Retry-After: 5"),
        "{head}"
    );
    inside.pop().unwrap().reset();
    until("a free place", || server.context().door.figures().connections == 4).await;
    let (_inside, head) = knocks().await;
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
}

#[tokio::test]
async fn a_person_has_so_many_lines_and_the_next_hears_a_code_that_says_so() {
    let server = TestServer::start_as(limited(1_000)).await;
    let [ann, bob] = server.people(["ann", "bob"]).await;
    let mut lines = Vec::new();
    for _ in 1..CONNECTIONS_PER_PERSON {
        lines.push(Raw::open(server.address, &ann).await);
    }
    until("all seats", || {
        server.context().door.figures().seats == CONNECTIONS_PER_PERSON + 1
    })
    .await;
    let mut one_more = Raw::open(server.address, &ann).await;
    assert_eq!(one_more.close_code().await, CloseCode::TooManyConnections.number());
    let (_, seq) = bob.says(GENERAL, "I am not touched").await;
    ann.reaches(GENERAL, seq).await;
    lines.pop().unwrap().reset();
    until("a free seat", || {
        server.context().door.figures().seats == CONNECTIONS_PER_PERSON
    })
    .await;
    ann.connects().await;
}
