//! The life of a line: greeting in time, heartbeats, signing out.

use app::protocol::{CloseCode, FeedId, ServerFrame};
use reqwest::{Method, StatusCode};

use crate::harness::{Ended, GENERAL, TestServer};

#[tokio::test]
async fn a_heartbeat_counts_what_was_sent_before_it() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["ann", "bob"]).await;
    let (_, head) = ann.says(GENERAL, "counted").await;
    let counts = |frame: &ServerFrame| match frame {
        ServerFrame::Heartbeat { heads, .. } => heads
            .iter()
            .find(|told| told.feed == FeedId::Room(GENERAL))
            .map(|told| told.head),
        _ => None,
    };
    assert_eq!(bob.client().log.find("a heartbeat", 0, counts).await, head);
    let frames = bob.client().log.since(0);
    let heartbeat = frames
        .iter()
        .position(|received| counts(&received.frame).is_some())
        .unwrap();
    let changes = frames.iter().position(|received| match &received.frame {
        ServerFrame::Changes(changes) => changes.feed == FeedId::Room(GENERAL) && changes.to >= head,
        _ => false,
    });
    assert!(changes.is_some_and(|changes| changes < heartbeat));
}

#[tokio::test]
async fn signing_out_closes_every_line_of_that_session_and_of_no_other() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["ann", "bob"]).await;
    let second = ann.opens_watching(&[GENERAL]).await;
    let (status, _) = ann.calls(Method::DELETE, "/api/v1/session", None).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    let signed_out = Ended::Closed(CloseCode::SignedOut.number());
    assert_eq!(ann.client().log.ended().await, signed_out);
    assert_eq!(second.log.ended().await, signed_out);
    assert!(ann.line().open().await.is_err(), "the token is worth nothing any more");
    let (status, _) = ann.calls(Method::GET, "/api/v1/rooms", None).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    bob.says(GENERAL, "still here").await;
}

#[tokio::test]
async fn nobody_without_a_session_gets_a_line() {
    let server = TestServer::start().await;
    let mut ann = server.stranger("ann").await;
    ann.token = "A".repeat(43);
    assert!(ann.line().open().await.is_err());
}
