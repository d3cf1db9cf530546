//! Goal 16: a limit holds on every road: exactly so much passes, one more does not.

use app::protocol::{
    ClientMessageId, Command, ErrorCode, ServerFrame,
    limits::{BODY_CHARS, FRAME_BYTES, ROOM_NAME_CHARS},
};

use crate::harness::{GENERAL, Raw, TestServer, post};

#[tokio::test]
async fn a_frame_of_exactly_the_limit_is_read() {
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
}

#[tokio::test]
async fn texts_beyond_their_limits_are_refused_and_at_them_accepted() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["ann", "bob"]).await;
    let longest = "鹊".repeat(BODY_CHARS);
    ann.says(GENERAL, &longest).await;
    bob.reads(&longest).await;
    let refused = async |command: Command| ann.asks(command).await.unwrap_err().code;
    assert_eq!(
        refused(post(GENERAL, &"x".repeat(BODY_CHARS + 1))).await,
        ErrorCode::TextTooLong
    );
    assert_eq!(refused(post(GENERAL, " \n\t")).await, ErrorCode::TextEmpty);
    assert_eq!(refused(post(GENERAL, "")).await, ErrorCode::TextEmpty);
    let name = "n".repeat(ROOM_NAME_CHARS + 1);
    assert_eq!(
        refused(Command::CreateRoom {
            name,
            topic: String::new()
        })
        .await,
        ErrorCode::TextTooLong
    );
    for id in ["", "with space", "鹊", &"x".repeat(65)] {
        let client_message_id = ClientMessageId(id.to_owned());
        let command = Command::PostMessage {
            room: GENERAL,
            client_message_id,
            body: "x".to_owned(),
        };
        assert_eq!(refused(command).await, ErrorCode::BadClientMessageId, "{id:?}");
    }
    let limit = Some(501);
    assert_eq!(
        refused(Command::GetMessages {
            room: GENERAL,
            before: None,
            limit
        })
        .await,
        ErrorCode::TooMany
    );
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
