//! What is refused, and how it is said.

use std::time::Duration;

use http::{
    Method, StatusCode,
    header::{AUTHORIZATION, CACHE_CONTROL, LOCATION, RETRY_AFTER, X_CONTENT_TYPE_OPTIONS},
};
use serde_json::{Value, json};

use crate::service::{Rate, RateOptions};

use super::doors::{Doors, post};

#[tokio::test]
async fn a_body_over_the_limit_is_refused_and_one_at_it_is_read() {
    let doors = Doors::open();
    let token = doors.token("Bot").await;
    let padded = |bytes: usize| {
        let frame = r#"{"id":1,"type":"list_rooms"}"#;
        format!("{frame}{}", " ".repeat(bytes - frame.len()))
    };
    let send = async |body: String| {
        let request = post("/api/v1/commands").header(AUTHORIZATION, format!("Bearer {token}"));
        doors.ask(request, body).await
    };
    assert_eq!(send(padded(64 * 1024)).await.status, StatusCode::OK);
    let refused = send(padded(64 * 1024 + 1)).await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (StatusCode::PAYLOAD_TOO_LARGE, "bad_frame")
    );
    let rest = doors
        .as_program(
            &token,
            Method::POST,
            "/api/v1/rooms",
            json!({ "name": "a".repeat(70_000) }),
        )
        .await;
    assert_eq!(
        (rest.status, rest.code().as_str()),
        (StatusCode::PAYLOAD_TOO_LARGE, "bad_frame")
    );
    let name = json!({ "name": "a".repeat(70_000) }).to_string();
    assert_eq!(
        doors.ask(post("/api/v1/session"), name).await.status,
        StatusCode::PAYLOAD_TOO_LARGE
    );
}

#[tokio::test]
async fn too_fast_is_told_with_the_time_to_come_back() {
    let slow = Some(Rate::new(1, Duration::from_secs(3600)));
    let doors = Doors::with(
        RateOptions {
            reads: slow,
            sign_ups: slow,
            ..RateOptions::default()
        },
        false,
    );
    let token = doors.token("Bot").await;
    doors
        .as_program(&token, Method::GET, "/api/v1/rooms", Value::Null)
        .await;
    let answer = doors
        .as_program(&token, Method::GET, "/api/v1/rooms", Value::Null)
        .await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (StatusCode::TOO_MANY_REQUESTS, "too_fast")
    );
    assert!(answer.json()["retry_after_ms"].as_u64().unwrap() > 3_000_000);
    assert!(answer.header(RETRY_AFTER).parse::<u64>().unwrap() > 3_000);
    assert_eq!(
        doors.sign_in("name=Ann").await.header(LOCATION),
        "/sign-in?error=too_fast&name=Ann&next=/"
    );
}

#[tokio::test]
async fn no_answer_is_stored_and_no_refusal_repeats_a_secret() {
    let doors = Doors::open();
    let token = doors.token("Bot").await;
    let worthless = "A".repeat(43);
    for (path, credential, status) in [
        ("/api/v1/rooms", &token, StatusCode::OK),
        ("/api/v1/rooms", &worthless, StatusCode::UNAUTHORIZED),
        ("/api/v1/rooms/x/messages", &token, StatusCode::NOT_FOUND),
        ("/api/v1/rooms?after=x", &token, StatusCode::BAD_REQUEST),
        ("/api/v1/users?ids=x", &token, StatusCode::BAD_REQUEST),
        ("/api/v1/nothing/here", &token, StatusCode::NOT_FOUND),
    ] {
        let answer = doors.as_program(credential, Method::GET, path, Value::Null).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.text);
        assert!(answer.json().is_object(), "{path}");
        assert!(!answer.text.contains(credential.as_str()), "{path}");
        assert_eq!(answer.header(CACHE_CONTROL), "no-store", "{path}");
        assert_eq!(answer.header(X_CONTENT_TYPE_OPTIONS), "nosniff", "{path}");
    }
}
