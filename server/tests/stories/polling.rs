//! The same feeds over plain HTTP.

use std::collections::BTreeMap;

use app::protocol::{
    Command, ErrorCode, FeedSnapshot, Hello, RoomId, ServerFrame,
    http::Poll,
    limits::{BODY_CHARS, PAGE_BYTES},
};
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::harness::{GENERAL, Person, Replica, TestServer, fresh_id, until};

/// Polls from where the reader stands, until there is nothing new.
async fn catches_up(person: &Person, held: &mut Replica) {
    loop {
        let mut hello = held.hello(person.id());
        hello.watch.entry(GENERAL).or_insert(None);
        let polled = person.polls_with(&Poll { hello, wait: 0 }).await;
        assert!(
            matches!(polled.frames[0], ServerFrame::Welcome(_)),
            "the welcome comes first"
        );
        held.take_all(&polled.frames);
        if polled.frames.len() == 1 {
            return;
        }
    }
}

#[tokio::test]
async fn polling_gives_what_the_socket_gives() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["ann", "bob"]).await;
    let mut polled = Replica::default();
    catches_up(&bob, &mut polled).await;
    for number in 0..20 {
        let (written, _) = ann.says(GENERAL, &format!("line {number}")).await;
        if number % 5 == 0 {
            ann.changes(Command::EditMessage {
                room: GENERAL,
                number: written,
                body: format!("edited {number}"),
            })
            .await;
            catches_up(&bob, &mut polled).await;
        }
    }
    let (_, head) = ann.says(GENERAL, "the last").await;
    catches_up(&bob, &mut polled).await;
    bob.reaches(GENERAL, head).await;
    let mut told = Replica::default();
    told.take_all(bob.client().log.since(0).iter().map(|received| &received.frame));
    assert_eq!(polled.messages(GENERAL), told.messages(GENERAL));
    assert_eq!(polled.rooms[&GENERAL].members, told.rooms[&GENERAL].members);
    assert_eq!(polled.positions, told.positions);
}

#[tokio::test]
async fn a_long_poll_is_woken_by_news() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["ann", "bob"]).await;
    let mut held = Replica::default();
    catches_up(&bob, &mut held).await;
    let poll = Poll {
        hello: held.hello(bob.id()),
        wait: 25,
    };
    let start = tokio::time::Instant::now();
    let (polled, _) = tokio::join!(bob.polls_with(&poll), ann.says(GENERAL, "news"));
    held.take_all(&polled.frames);
    assert_eq!(
        held.messages(GENERAL).last().map(|message| message.body.as_str()),
        Some("news")
    );
    assert!(start.elapsed().as_secs() < 25, "it was woken, it did not time out");
}

#[tokio::test]
async fn a_long_poll_is_woken_by_a_room_that_is_listed_but_not_watched() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["ann", "bob"]).await;
    let mut held = Replica::default();
    catches_up(&bob, &mut held).await;
    held.rooms.clear();
    let poll = Poll {
        hello: held.hello(bob.id()),
        wait: 25,
    };
    let (polled, (number, _)) = tokio::join!(bob.polls_with(&poll), ann.says(GENERAL, "a badge"));
    let badge = polled.frames.iter().any(|frame| match frame {
        ServerFrame::Activity(activity) => activity.posts == number,
        ServerFrame::Welcome(welcome) => welcome.rooms.iter().any(|activity| activity.posts == number),
        _ => false,
    });
    assert!(badge, "{:?}", polled.frames);
}

#[tokio::test]
async fn a_poll_for_a_room_that_is_unknown_is_answered_with_revoked() {
    let server = TestServer::start().await;
    let [ann] = server.people(["ann"]).await;
    let polled = ann.polls(None, &[(RoomId(77), None)].into(), 0).await;
    assert!(
        polled
            .frames
            .iter()
            .any(|frame| matches!(frame, ServerFrame::Revoked { room: RoomId(77) }))
    );
}

#[tokio::test]
async fn a_poll_without_a_session_or_with_another_protocol_is_refused() {
    let server = TestServer::start().await;
    let mut ann = server.stranger("ann").await;
    let body = serde_json::to_value(Poll {
        hello: Hello {
            protocol: 7,
            ..Hello::default()
        },
        wait: 0,
    })
    .unwrap();
    let (status, answer) = ann.calls(Method::POST, "/api/v1/poll", Some(body.clone())).await;
    assert_eq!(
        (status, &answer["code"]),
        (StatusCode::BAD_REQUEST, &json!("unsupported_protocol"))
    );
    ann.token = "A".repeat(43);
    let (status, answer) = ann.calls(Method::POST, "/api/v1/poll", Some(body)).await;
    assert_eq!(
        (status, &answer["code"]),
        (StatusCode::UNAUTHORIZED, &json!("not_signed_in"))
    );
}

#[tokio::test]
async fn commands_over_http_are_the_same_commands() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["ann", "bob"]).await;
    let id = fresh_id();
    let draft = json!({ "body": "by hand", "client_message_id": id });
    let (status, first) = ann
        .calls(Method::POST, "/api/v1/rooms/1/messages", Some(draft.clone()))
        .await;
    assert_eq!(status, StatusCode::OK, "{first}");
    let message = bob.reads("by hand").await;
    assert_eq!(first["number"], json!(message.number));
    let (_, again) = ann.calls(Method::POST, "/api/v1/rooms/1/messages", Some(draft)).await;
    assert_eq!(again, first);
    let frame =
        json!({ "id": 7, "type": "post_message", "room": 1, "client_message_id": fresh_id(), "body": "as a frame" });
    let (_, answer) = ann.calls(Method::POST, "/api/v1/commands", Some(frame)).await;
    assert_eq!((&answer["type"], &answer["id"]), (&json!("ok"), &json!(7)));
    bob.reads("as a frame").await;
    let path = format!("/api/v1/rooms/1/messages/{}", message.number);
    let (status, _) = ann
        .calls(Method::PUT, &path, Some(json!({ "body": "by hand, edited" })))
        .await;
    assert_eq!(status, StatusCode::OK);
    bob.reads("by hand, edited").await;
    let too_long = json!({ "body": "x".repeat(10_001) });
    let (status, answer) = ann
        .calls(Method::POST, "/api/v1/rooms/1/messages", Some(too_long))
        .await;
    assert_eq!(
        (status, &answer["code"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!(ErrorCode::TextTooLong))
    );
    assert_eq!(bob.history(GENERAL).await.len(), 2);
}

#[tokio::test]
async fn many_rooms_at_once_come_in_several_answers_of_bounded_length() {
    const ROOMS: usize = 16;
    let server = TestServer::start().await;
    let [ann] = server.people(["ann"]).await;
    let mut watch = BTreeMap::new();
    for number in 0..ROOMS {
        let room = ann.creates(&format!("room {number}")).await.id;
        for _ in 0..3 {
            ann.says(room, &"🐦".repeat(BODY_CHARS)).await;
        }
        watch.insert(room, None);
    }
    let (mut answers, mut epoch) = (0, None);
    while watch.values().any(Option::is_none) {
        let polled = ann.polls(epoch.as_ref(), &watch, 0).await;
        let length = serde_json::to_vec(&polled).unwrap().len();
        assert!(length < 1024 * 1024 + PAGE_BYTES + 64 * 1024, "{length}");
        for frame in polled.frames {
            match frame {
                ServerFrame::Welcome(welcome) => epoch = Some(welcome.epoch),
                ServerFrame::Gap {
                    snapshot: FeedSnapshot::Room(snapshot),
                    ..
                } => {
                    watch.insert(snapshot.room.id, Some(snapshot.position));
                }
                _ => {}
            }
        }
        answers += 1;
        assert!(answers <= ROOMS, "each brings something");
    }
    assert!(answers > 1);
}

#[tokio::test]
async fn a_long_poll_tells_nothing_to_who_has_signed_out_meanwhile() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["ann", "bob"]).await;
    let mut held = Replica::default();
    catches_up(&bob, &mut held).await;
    let mut hello = held.hello(bob.id());
    hello.watch.entry(GENERAL).or_insert(None);
    let poll = serde_json::to_value(Poll { hello, wait: 25 }).unwrap();
    let polling = bob.calls(Method::POST, "/api/v1/poll", Some(poll));
    let leaving = async {
        until("the poll to wait", || {
            server.context().telemetry.page().contains("magpie_polls 1")
        })
        .await;
        let (status, _) = bob.calls(Method::DELETE, "/api/v1/session", None).await;
        assert_eq!(status, StatusCode::NO_CONTENT);
        ann.says(GENERAL, "about bob").await;
    };
    let ((status, answer), ()) = tokio::join!(polling, leaving);
    assert_eq!(
        (status, answer["code"].as_str()),
        (StatusCode::UNAUTHORIZED, Some("not_signed_in"))
    );
}
