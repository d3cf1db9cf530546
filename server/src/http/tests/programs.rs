//! Commands over plain HTTP: names, frames, forms.

use http::{
    Method, StatusCode,
    header::{COOKIE, LOCATION, ORIGIN},
};
use serde_json::{Value, json};

use super::doors::{Doors, FORM, HERE, get, post};

#[tokio::test]
async fn a_program_chats_under_names_of_its_own() {
    let doors = Doors::open();
    let token = doors.token("Bot").await;
    let room = doors
        .as_program(&token, Method::GET, "/api/v1/rooms?slug=general", Value::Null)
        .await
        .json();
    let room = room["room"]["id"].as_u64().unwrap();
    let messages = format!("/api/v1/rooms/{room}/messages");
    let message = json!({ "client_message_id": "one", "body": "喜鹊" });
    for _ in 0..2 {
        let posted = doors.as_program(&token, Method::POST, &messages, message.clone()).await;
        assert_eq!(posted.json()["number"], 1, "sent twice, stored once");
    }
    let other = doors
        .as_program(&token, Method::POST, &messages, json!({ "body": "without an id" }))
        .await;
    assert_eq!(other.json()["number"], 2);
    let edited = doors
        .as_program(
            &token,
            Method::PUT,
            &format!("{messages}/2"),
            json!({ "body": "better" }),
        )
        .await;
    assert_eq!(edited.json()["kind"], "changed");
    let page = doors
        .as_program(
            &token,
            Method::GET,
            &format!("{messages}?before=3&limit=1"),
            Value::Null,
        )
        .await;
    assert_eq!(page.json()["page"]["messages"][0]["body"], "better");
    let gone = doors
        .as_program(&token, Method::DELETE, &format!("{messages}/9"), Value::Null)
        .await;
    assert_eq!(
        (gone.status, gone.code().as_str()),
        (StatusCode::NOT_FOUND, "message_not_found")
    );
    for (method, rest, body) in [
        (Method::PUT, "read", json!({ "number": 2 })),
        (Method::POST, "typing", Value::Null),
        (Method::GET, "members", Value::Null),
        (Method::POST, "leave", Value::Null),
        (Method::POST, "join", Value::Null),
    ] {
        let answer = doors
            .as_program(&token, method, &format!("/api/v1/rooms/{room}/{rest}"), body)
            .await;
        assert_eq!(answer.status, StatusCode::OK, "{rest}: {}", answer.text);
    }
}

#[tokio::test]
async fn a_frame_is_answered_by_a_frame() {
    let doors = Doors::open();
    let token = doors.token("Bot").await;
    let send = async |frame: Value| doors.as_program(&token, Method::POST, "/api/v1/commands", frame).await;

    let answer = send(json!({ "id": 7, "type": "list_rooms" })).await;
    assert_eq!(
        (answer.status, &answer.json()["type"], &answer.json()["id"]),
        (StatusCode::OK, &json!("ok"), &json!(7))
    );

    for (frame, status, code) in [
        (
            json!({ "id": 7, "type": "make_coffee" }),
            StatusCode::BAD_REQUEST,
            "unknown_type",
        ),
        (
            json!({ "id": 7, "type": "join_room" }),
            StatusCode::BAD_REQUEST,
            "bad_frame",
        ),
        (
            json!({ "id": 7, "type": "join_room", "room": 99 }),
            StatusCode::NOT_FOUND,
            "room_not_found",
        ),
        (
            json!({ "id": 7, "type": "hello", "protocol": 1 }),
            StatusCode::BAD_REQUEST,
            "hello_expected",
        ),
    ] {
        let answer = send(frame).await;
        assert_eq!((answer.status, answer.code().as_str()), (status, code));
        assert_eq!(
            (&answer.json()["type"], &answer.json()["id"]),
            (&json!("error"), &json!(7))
        );
    }
}

#[tokio::test]
async fn a_plain_form_posts_once_and_leads_back() {
    let doors = Doors::open();
    let cookie = doors.sign_in("name=Ann").await.cookie();
    let send = async |body: &'static str| {
        let request = post("/rooms/general/messages")
            .header(ORIGIN, HERE)
            .header("content-type", FORM);
        doors.ask(request.header(COOKIE, &cookie), body).await
    };
    for _ in 0..2 {
        let answer = send("client_message_id=form-1&body=two%0D%0Alines").await;
        assert_eq!(
            (answer.status, answer.header(LOCATION)),
            (StatusCode::SEE_OTHER, "/rooms/general")
        );
    }
    let empty = send("client_message_id=form-2&body=+").await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(empty.text.contains("There is nothing in it to send."), "{}", empty.text);
    let nameless = send("body=hello").await;
    assert_eq!(nameless.status, StatusCode::BAD_REQUEST);
    let snapshot = doors
        .ask(get("/api/v1/snapshot?room=general").header(COOKIE, &cookie), "")
        .await
        .json();
    assert_eq!(snapshot["room"]["page"]["posts"], 1);
    assert_eq!(snapshot["room"]["page"]["messages"][0]["body"], "two\nlines");
}

#[tokio::test]
async fn what_a_form_was_refused_is_told_and_kept_and_runs_nothing() {
    let doors = Doors::open();
    let cookie = doors.sign_in("name=Ann").await.cookie();
    let send = async |path: &str, body: String| {
        let request = post(path).header(ORIGIN, HERE).header("content-type", FORM);
        doors.ask(request.header(COOKIE, &cookie), body).await
    };
    // `</textarea><script>`, and more than fits.
    let body = format!("%3C%2Ftextarea%3E%3Cscript%3E{}", "x".repeat(10_000));
    let refused = send("/rooms/general/messages", format!("client_message_id=a&body={body}")).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = &refused.text;
    assert!(page.contains("The text is too long. 19 characters too many"), "{page}");
    let kept = page
        .split("<textarea")
        .nth(1)
        .unwrap()
        .split("</textarea>")
        .next()
        .unwrap();
    assert!(
        kept.ends_with(&format!("&lt;/textarea>&lt;script>{}", "x".repeat(10_000))),
        "{kept:.200}"
    );
    assert!(!page.contains(r#"type="module""#), "it needs no script: {page}");
    assert!(page.contains(r#"action="/rooms/general/messages""#));
    assert!(
        page.contains(r#"value="a""#),
        "under its old name it is posted once, whatever became of it"
    );

    let first = "client_message_id=b&body=one";
    let posted = send("/rooms/general/messages", first.to_owned()).await;
    assert_eq!(posted.status, StatusCode::SEE_OTHER);
    let other = send("/rooms/general/messages", "client_message_id=b&body=another".to_owned()).await;
    assert_eq!(other.status, StatusCode::CONFLICT);
    assert!(other.text.contains("another</textarea>") && !other.text.contains(r#"value="b""#));

    let vast = send(
        "/rooms/general/messages",
        format!("client_message_id=c&body={}", "x".repeat(200_000)),
    )
    .await;
    assert_eq!(vast.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(vast.text.contains("The text is too long."));

    let nowhere = send("/rooms/nowhere/join", String::new()).await;
    assert_eq!(nowhere.status, StatusCode::NOT_FOUND);
    assert!(nowhere.text.contains("There is no such room.") && !nowhere.text.contains("<textarea"));
}
