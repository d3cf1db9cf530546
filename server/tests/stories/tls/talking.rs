//! Talk under TLS: what is said arrives, whoever was cut off goes on, goodbyes are heard.

use app::protocol::{CloseCode, Command, FeedId, Seq, ServerFrame};
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::harness::{Ended, GENERAL, Raw, Replica, TestServer, messages, post};

#[tokio::test]
async fn two_people_talk_both_ways_under_tls() {
    let server = TestServer::start_tls().await;
    let [ann, bob] = server.people(["ann", "bob"]).await;
    ann.says(GENERAL, "hi").await;
    bob.reads("hi").await;
    let long = "鹊".repeat(4_000);
    bob.says(GENERAL, &long).await;
    ann.reads(&long).await;
    assert_eq!(ann.history(GENERAL).await.len(), 2);
}

#[tokio::test]
async fn who_was_cut_off_under_tls_goes_on_from_where_they_stood() {
    let server = TestServer::start_tls().await;
    let [ann, bob] = server.people(["ann", "bob"]).await;
    let seen = ann.says_many(GENERAL, 100, "before").await;
    bob.reaches(GENERAL, seen).await;
    server.cut(&bob);
    let mut held = Replica::default();
    held.take_all(bob.client().log.since(0).iter().map(|received| &received.frame));
    let missed = ann.says_many(GENERAL, 3_000, "meanwhile").await;
    let client = bob.opens().await;
    client.hello(held.hello(bob.id())).await;
    client.log.reaches(FeedId::Room(GENERAL), missed).await;
    let frames = client.log.since(0);
    assert!(
        !frames.iter().any(|received| matches!(
            &received.frame,
            ServerFrame::Gap {
                feed: FeedId::Room(_),
                ..
            }
        )),
        "it goes on, and does not start over"
    );
    held.take_all(frames.iter().map(|received| &received.frame));
    assert_eq!(held.messages(GENERAL), ann.history(GENERAL).await);
}

#[tokio::test]
async fn what_one_sender_posts_in_one_go_under_tls_keeps_its_order() {
    let server = TestServer::start_tls().await;
    let [ann, bob] = server.people(["ann", "bob"]).await;
    let client = ann.client();
    let mut sent = Vec::new();
    for number in 0..1_000 {
        // Around the size of a record, and far below it.
        let body = format!("{number} {}", "x".repeat(number * 7_919 % 4_000));
        sent.push((client.send(post(GENERAL, &body)).await, body));
    }
    let mut last = Seq(0);
    for (id, _) in &sent {
        last = client.posted(*id).await.1;
    }
    bob.reaches(GENERAL, last).await;
    let frames = bob.client().log.since(0);
    let told: Vec<_> = frames
        .iter()
        .flat_map(|received| messages(&received.frame))
        .map(|message| message.body.clone())
        .collect();
    let said: Vec<_> = sent.into_iter().map(|(_, body)| body).collect();
    assert!(told == said, "every message once, in order");
}

#[tokio::test]
async fn a_goodbye_under_tls_is_a_close_frame_and_then_the_end_that_tls_tells() {
    let mut server = TestServer::start_tls().await;
    let [ann, bob] = server.people(["ann", "bob"]).await;
    let line = ann.line();
    // One is signed out, one breaks the rules, one hears that the server stops.
    let (status, _) = {
        let mut raw = Raw::open_line(&line).await;
        raw.send_frame(0x82, b"binary").await;
        assert_eq!(raw.close_code().await, 1003);
        assert!(raw.ends_in_order().await);
        let mut raw = Raw::open_line(&line).await;
        let answer = ann.calls(Method::DELETE, "/api/v1/session", None).await;
        assert_eq!(raw.close_code().await, CloseCode::SignedOut.number());
        assert!(raw.ends_in_order().await);
        answer
    };
    assert_eq!(status, StatusCode::NO_CONTENT);
    let mut raw = Raw::open_line(&bob.line()).await;
    let hears = async {
        assert_eq!(raw.close_code().await, CloseCode::GoingAway.number());
        assert!(raw.ends_in_order().await);
    };
    tokio::join!(server.stop(), hears);
    let goodbye = Ended::Closed(CloseCode::GoingAway.number());
    assert_eq!(bob.client().log.ended().await, goodbye);
}

#[tokio::test]
async fn who_is_removed_under_tls_gets_nothing_later() {
    let server = TestServer::start_tls().await;
    let [ann, bob, cleo] = server.people(["ann", "bob", "cleo"]).await;
    let client = ann.client();
    for number in 0..50 {
        client.send(post(GENERAL, &format!("before {number}"))).await;
    }
    let removal = client
        .send(Command::RemoveMember {
            room: GENERAL,
            user: cleo.id(),
        })
        .await;
    let mut last = None;
    for number in 0..50 {
        last = Some(client.send(post(GENERAL, &format!("secret {number}"))).await);
    }
    client.answer(removal).await.expect("the owner may");
    let (_, head) = client.posted(last.unwrap()).await;
    bob.reaches(GENERAL, head).await;
    let cleo = cleo.client();
    let revoked = |frame: &ServerFrame| matches!(frame, ServerFrame::Revoked { room: GENERAL }).then_some(());
    cleo.log.find("her removal", 0, revoked).await;
    // Whatever was written to her came before this answer.
    cleo.ask(Command::ListRooms { after: None }).await.expect("her list");
    let frames = cleo.log.since(0);
    let mut told = frames.iter().flat_map(|received| messages(&received.frame));
    assert!(!told.any(|message| message.body.starts_with("secret")));
}

#[tokio::test]
async fn cookies_under_tls_are_secure_and_browsers_are_not_to_come_by_plain_http() {
    let server = TestServer::start_tls().await;
    let http = server.trust.as_ref().unwrap().http().build().unwrap();
    let at = |path: &str| format!("https://{}{path}", server.address);
    let signing_in = http
        .post(at("/api/v1/session"))
        .header("origin", at(""))
        .json(&json!({ "name": "ann" }));
    let signed_in = signing_in.send().await.unwrap();
    let cookie = signed_in.headers()["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("__Host-") && cookie.contains("Secure"), "{cookie}");
    let page = http.get(at("/sign-in")).send().await.unwrap();
    assert_eq!(page.headers()["strict-transport-security"], "max-age=2592000");
    let plain = TestServer::start().await;
    let page = reqwest::get(format!("http://{}/sign-in", plain.address)).await.unwrap();
    assert!(!page.headers().contains_key("strict-transport-security"));
}
