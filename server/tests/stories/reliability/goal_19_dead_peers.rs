//! Goal 19: who is gone is noticed, and leaves nothing behind: no task, no descriptor, no place, no presence.
//!
//! A silent peer is given up two heartbeats after the first ping that it left unanswered: the one after that may be late or have to
//! be sent again without ending a line that lives. A client, too, takes its line for dead, after `SILENCE_SECONDS`, which is sooner:
//! one that lives has come back on another line before the server gives up the old one.

use std::time::Duration;

use app::protocol::{
    CloseCode, Command, ErrorCode, ServerFrame,
    limits::{HEARTBEAT_SECONDS, SILENCE_SECONDS},
};
use futures::{StreamExt as _, stream};
use server::hub::GRACE;
use tokio::time::Instant;

use crate::harness::{GENERAL, PATIENCE, Person, Raw, TestServer, masked, per_check_second, post, until};

/// From a ping that is not answered to the end, and what the server takes on top: it looks once a second, and machines are busy.
const SILENCE: Duration = Duration::from_secs(2 * HEARTBEAT_SECONDS);
const LEEWAY: Duration = Duration::from_secs(5);
/// A ping's first byte.
const PING: u8 = 0x89;

#[tokio::test]
async fn who_answers_no_ping_is_given_up_two_heartbeats_later_and_then_shown_as_gone() {
    assert!(
        SILENCE.as_secs() + HEARTBEAT_SECONDS > SILENCE_SECONDS,
        "a client that lives finds out first"
    );
    let server = TestServer::start().await;
    let [ann] = server.people(["ann"]).await;
    let bob = server.stranger("bob").await;
    let mut raw = Raw::open(server.address, &bob).await;
    raw.send_frame(0x81, br#"{"id":1,"type":"hello","protocol":1,"watch":{}}"#)
        .await;
    raw.told().await;
    let client = ann.client();
    let users = vec![bob.id()];
    client.ask(Command::WatchPresence { users }).await.unwrap();
    client.sees(bob.id(), true, 0).await;
    while raw.frame().await.expect("a ping").0 != PING {}
    let silent = Instant::now();
    assert_eq!(raw.close_code().await, CloseCode::Silent.number());
    let noticed = silent.elapsed();
    assert!(noticed > SILENCE - LEEWAY && noticed < SILENCE + LEEWAY, "{noticed:?}");
    client.sees(bob.id(), false, 0).await;
    // Whoever comes back within the grace was never gone.
    let shown = silent.elapsed();
    assert!(shown < SILENCE + GRACE + LEEWAY, "{shown:?}");
}

#[tokio::test]
async fn connections_that_came_and_went_leave_nothing_behind() {
    let server = TestServer::start().await;
    let [ann] = server.people(["ann"]).await;
    for round in 0..50 {
        let client = ann.opens().await;
        if round % 2 == 0 {
            client.watches([(GENERAL, None)]).await;
        }
        client.cut();
    }
    server.cut(&ann);
    let connections = &server.context().connections;
    connections.close();
    tokio::time::timeout(PATIENCE, connections.wait())
        .await
        .expect("every connection ends");
    connections.reopen();
    assert_eq!(server.context().hub.connections(), 0, "nobody is remembered");
    ann.connects().await;
    assert_eq!(
        ann.asks(post(GENERAL, " ")).await.unwrap_err().code,
        ErrorCode::TextEmpty
    );
}

/// Comes and goes in one of the ways in which lines end.
async fn comes_and_goes(server: &TestServer, ann: &Person, way: u64) {
    const HELLO: &[u8] = br#"{"id":1,"type":"hello","protocol":1,"watch":{"1":null}}"#;
    let hello = masked(0x81, HELLO);
    match way % 8 {
        0 => drop(Raw::connect(server.address).await),
        1 => {
            let mut raw = Raw::connect(server.address).await;
            raw.send(b"GET /ws HTTP/1.1\r\nHost: he").await;
            raw.reset();
        }
        2 => {
            let mut raw = Raw::connect(server.address).await;
            raw.send(b"GET /healthz HTTP/1.1\r\nHost: here\r\n\r\n").await;
        }
        3 => drop(Raw::open(server.address, ann).await),
        4 => {
            let mut raw = Raw::open(server.address, ann).await;
            raw.send(&hello[..hello.len() / 2]).await;
            raw.reset();
        }
        5 => {
            let mut raw = Raw::open(server.address, ann).await;
            raw.send(&hello).await;
            raw.told().await;
            raw.reset();
        }
        6 => {
            let mut raw = Raw::open(server.address, ann).await;
            raw.send(&hello).await;
        }
        _ => {
            let mut raw = Raw::open(server.address, ann).await;
            raw.send_frame(0x88, b"").await;
            raw.close_code().await;
        }
    }
}

fn descriptors() -> usize {
    std::fs::read_dir("/proc/self/fd").map_or(0, Iterator::count)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thousands_that_came_and_went_in_every_way_are_counted_down_to_nothing() {
    let server = TestServer::start().await;
    let ann = server.stranger("ann").await;
    let before = descriptors();
    stream::iter(0..per_check_second(600))
        .for_each_concurrent(16, |way| comes_and_goes(&server, &ann, way))
        .await;
    let context = server.context();
    until("an empty house", || {
        let figures = context.door.figures();
        let counted = [figures.connections, figures.addresses, figures.seats, figures.people];
        counted == [0; 4] && context.hub.connections() == 0 && context.connections.is_empty()
    })
    .await;
    assert!(
        descriptors() <= before + server.kept_connections(),
        "{} descriptors, {before} before",
        descriptors()
    );
    ann.connects().await;
}

#[tokio::test]
async fn whose_machine_was_switched_off_is_shown_as_gone() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["ann", "bob"]).await;
    server.cut(&bob);
    let mut raw = Raw::open(server.address, &bob).await;
    let client = ann.client();
    let users = vec![bob.id()];
    client.ask(Command::WatchPresence { users }).await.unwrap();
    raw.send(&masked(0x81, b"{")[..4]).await;
    raw.reset();
    let is_gone = |frame: &ServerFrame| match frame {
        ServerFrame::Presence { users } => users
            .iter()
            .any(|told| told.user == bob.id() && !told.online)
            .then_some(()),
        _ => None,
    };
    client.log.find("bob is gone", 0, is_gone).await;
}

#[tokio::test]
async fn a_long_poll_whose_reader_has_gone_is_let_go_of_at_once() {
    let server = TestServer::start().await;
    let ann = server.stranger("ann").await;
    let context = server.context();
    let began = Instant::now();
    let polls = async |positions: &str| {
        let body = format!(r#"{{"protocol":1,"watch":{{}},"wait":25{positions}}}"#);
        let mut raw = Raw::connect(server.address).await;
        let request = format!(
            "POST /api/v1/poll HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer {}\r\nContent-Length: {}\r\n\r\n{body}",
            ann.token,
            body.len()
        );
        raw.send(request.as_bytes()).await;
        raw
    };
    let epoch = ann
        .polls(None, &[].into(), 0)
        .await
        .frames
        .into_iter()
        .find_map(|frame| match frame {
            ServerFrame::Welcome(welcome) => Some(welcome.epoch.0),
            _ => None,
        });
    // Standing where the feeds stand: there is nothing new, so it waits.
    let positions = format!(r#","epoch":"{}","user":1,"community":1"#, epoch.unwrap());
    let lines = futures::future::join_all((0..10).map(|_| polls(&positions))).await;
    until("ten who wait", || context.hub.presence(&[ann.id()])[0].online).await;
    drop(lines);
    until("an empty house", || context.door.figures().connections == 0).await;
    assert!(began.elapsed().as_secs() < 20, "{:?}", began.elapsed());
}
