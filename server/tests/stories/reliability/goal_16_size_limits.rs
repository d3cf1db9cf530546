//! Goal 16: a limit holds on every road: exactly so much passes, one more does not.

use app::protocol::{
    ClientMessageId, CloseCode, Command, ErrorCode, Number, RoomId, ServerFrame, UserId,
    limits::{
        BODY_CHARS, CLIENT_MESSAGE_ID_CHARS, FRAME_BYTES, PAGE_ROWS, ROOM_NAME_CHARS, TOPIC_CHARS, USER_NAME_CHARS,
        WATCHED_PEOPLE,
    },
};

use crate::harness::{GENERAL, Raw, TestServer, post};

#[tokio::test]
async fn a_frame_of_exactly_the_limit_is_read_and_one_byte_more_ends_the_line() {
    let server = TestServer::start().await;
    let [ann] = server.people(["ann"]).await;
    let mut raw = Raw::open(server.address, &ann).await;
    let mut text = br#"{"id":7,"type":"list_rooms"}"#.to_vec();
    text.resize(FRAME_BYTES, b' ');
    raw.send_frame(0x81, &text).await;
    let (first, payload) = raw.frame().await.expect("an answer");
    assert_eq!(first, 0x81);
    let answer: ServerFrame = serde_json::from_slice(&payload).unwrap();
    assert!(matches!(answer, ServerFrame::Error { rejection, .. } if rejection.code == ErrorCode::HelloExpected));
    text.push(b' ');
    raw.send_frame(0x81, &text).await;
    assert_eq!(raw.close_code().await, CloseCode::TooBig.number());
}

/// A wish that is as large as told.
type Wish = Box<dyn Fn(usize) -> Command>;

/// What has a limit in `app/src/protocol/limits.rs`, how much of it passes, the wish, and how one more is refused.
fn limits(own_room: RoomId, first: Number) -> Vec<(&'static str, usize, Wish, ErrorCode)> {
    // A character is one whatever its bytes.
    let text = |length: usize| "鹊".repeat(length);
    let people = |length: usize| (1..=length as u64).map(UserId).collect::<Vec<_>>();
    let topic = move |length| Command::SetTopic {
        room: own_room,
        topic: text(length),
    };
    let creates = move |name: usize, topic: usize| Command::CreateRoom {
        name: text(name),
        topic: text(topic),
    };
    let too_long = ErrorCode::TextTooLong;
    vec![
        (
            "a message",
            BODY_CHARS,
            Box::new(move |n| post(GENERAL, &text(n))),
            too_long,
        ),
        (
            "an edit",
            BODY_CHARS,
            Box::new(move |n| Command::EditMessage {
                room: GENERAL,
                number: first,
                body: text(n),
            }),
            too_long,
        ),
        (
            "a new room's name",
            ROOM_NAME_CHARS,
            Box::new(move |n| creates(n, 0)),
            too_long,
        ),
        (
            "a room's name",
            ROOM_NAME_CHARS,
            Box::new(move |n| Command::RenameRoom {
                room: own_room,
                name: text(n),
            }),
            too_long,
        ),
        (
            "a new room's topic",
            TOPIC_CHARS,
            Box::new(move |n| creates(1, n)),
            too_long,
        ),
        ("a room's topic", TOPIC_CHARS, Box::new(topic), too_long),
        (
            "a person's name",
            USER_NAME_CHARS,
            Box::new(move |n| Command::SetName { name: text(n) }),
            too_long,
        ),
        (
            "a message's own name",
            CLIENT_MESSAGE_ID_CHARS,
            Box::new(|n| Command::PostMessage {
                room: GENERAL,
                client_message_id: ClientMessageId("x".repeat(n)),
                body: "named".to_owned(),
                read: None,
            }),
            ErrorCode::BadClientMessageId,
        ),
        (
            "people whose presence is watched",
            WATCHED_PEOPLE,
            Box::new(move |n| Command::WatchPresence { users: people(n) }),
            ErrorCode::TooMany,
        ),
        (
            "people who are asked for",
            WATCHED_PEOPLE,
            Box::new(move |n| Command::GetUsers { users: people(n) }),
            ErrorCode::TooMany,
        ),
        (
            "a page",
            PAGE_ROWS,
            Box::new(|n| Command::GetMessages {
                room: GENERAL,
                before: None,
                limit: Some(u32::try_from(n).unwrap()),
            }),
            ErrorCode::TooMany,
        ),
    ]
}

#[tokio::test]
async fn texts_and_lists_at_their_limits_are_accepted_and_beyond_them_refused() {
    let server = TestServer::start().await;
    let [ann] = server.people(["ann"]).await;
    let room = ann.creates("Birds").await.id;
    let (first, _) = ann.says(GENERAL, "first").await;
    for (what, limit, wish, code) in limits(room, first) {
        assert!(ann.asks(wish(limit)).await.is_ok(), "{what}: {limit}");
        let refused = ann.asks(wish(limit + 1)).await.map_err(|refused| refused.code);
        assert_eq!(refused, Err(code), "{what}: {}", limit + 1);
    }
    // What was refused changed nothing.
    let history = ann.history(GENERAL).await;
    assert_eq!(
        history.len(),
        3,
        "the first, the longest, and the one with the longest name"
    );
    assert_eq!(history[0].body.chars().count(), BODY_CHARS);
}

#[tokio::test]
async fn who_signs_in_has_a_name_of_at_most_forty_characters() {
    let server = TestServer::start().await;
    for (length, expected) in [(USER_NAME_CHARS, 200), (USER_NAME_CHARS + 1, 422)] {
        let body = format!(r#"{{"name":"{}"}}"#, "鹊".repeat(length));
        let head = format!(
            "POST /api/v1/session HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: {}",
            body.len()
        );
        assert_eq!(status(&server, &head, body.as_bytes()).await, expected, "{length}");
    }
}

#[tokio::test]
async fn empty_and_malformed_texts_are_refused() {
    let server = TestServer::start().await;
    let [ann] = server.people(["ann"]).await;
    let refused = async |command: Command| ann.asks(command).await.unwrap_err().code;
    for body in ["", " \n\t"] {
        assert_eq!(refused(post(GENERAL, body)).await, ErrorCode::TextEmpty, "{body:?}");
    }
    for id in ["", "with space", "鹊"] {
        let client_message_id = ClientMessageId(id.to_owned());
        let command = Command::PostMessage {
            room: GENERAL,
            client_message_id,
            body: "x".to_owned(),
            read: None,
        };
        assert_eq!(refused(command).await, ErrorCode::BadClientMessageId, "{id:?}");
    }
}

/// Sends a request by hand and gives the status of its answer. The body may be shorter than its declared length.
async fn status(server: &TestServer, head: &str, body: &[u8]) -> u16 {
    let mut raw = Raw::connect(server.address).await;
    raw.send(format!("{head}\r\nHost: {}\r\n\r\n", server.address).as_bytes())
        .await;
    raw.send(body).await;
    let answer = raw.head().await;
    answer
        .split(' ')
        .nth(1)
        .and_then(|code| code.parse().ok())
        .expect("a status")
}

#[tokio::test]
async fn a_body_over_http_has_the_same_limit_and_is_not_read_beyond_it() {
    let server = TestServer::start().await;
    let ann = server.stranger("ann").await;
    let head = format!("POST /api/v1/commands HTTP/1.1\r\nAuthorization: Bearer {}", ann.token);
    let mut wish = br#"{"id":1,"type":"list_rooms"}"#.to_vec();
    for (length, expected) in [(FRAME_BYTES - 1, 200), (FRAME_BYTES, 200), (FRAME_BYTES + 1, 413)] {
        wish.resize(length, b' ');
        let declared = format!("{head}\r\nContent-Length: {length}");
        assert_eq!(status(&server, &declared, &wish).await, expected, "{length}");
        let chunked = format!("{head}\r\nTransfer-Encoding: chunked");
        let chunks = [format!("{length:x}\r\n").as_bytes(), &wish, b"\r\n0\r\n\r\n"].concat();
        assert_eq!(status(&server, &chunked, &chunks).await, expected, "{length} in chunks");
    }
    // A declared length is believed at once, and costs nothing.
    for length in [1u64 << 32, 1 << 62, (1 << 63) - 1] {
        let declared = format!("{head}\r\nContent-Length: {length}");
        assert_eq!(status(&server, &declared, b"{").await, 413, "{length}");
    }
}
