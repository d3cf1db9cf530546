//! Whatever a peer sends: it gets its code, and everyone else goes on.

use app::protocol::{
    ClientMessageId, CloseCode, Command, ErrorCode, ServerFrame,
    limits::{BODY_CHARS, FRAME_BYTES, ROOM_NAME_CHARS},
};
use server::service::{Rate, RateOptions};

use crate::harness::{Client, GENERAL, Raw, TestServer, header, post};

/// The code of the next frame that answers no command.
async fn refusal_without_id(client: &Client, text: &str) -> ErrorCode {
    let mark = client.log.mark();
    client.send_text(text).await;
    let refused = |frame: &ServerFrame| match frame {
        ServerFrame::Error { id: None, rejection } => Some(rejection.code),
        _ => None,
    };
    client.log.find("a refusal", mark, refused).await
}

#[tokio::test]
async fn every_violation_of_the_standard_closes_with_its_code_and_nobody_else_notices() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["ann", "bob"]).await;
    let too_big = {
        let mut frame = header(0x81, FRAME_BYTES as u64 + 1, true);
        frame.extend([0; 4]);
        frame
    };
    let fragments_too_big = {
        let mut bytes = header(0x01, FRAME_BYTES as u64, true);
        bytes.extend([0; 4]);
        bytes.extend(vec![b' '; FRAME_BYTES]);
        bytes.extend(header(0x80, 1, true));
        bytes
    };
    let cases: Vec<(&str, Vec<u8>, CloseCode)> = vec![
        (
            "a binary frame",
            vec![0x82, 0x80, 0, 0, 0, 0],
            CloseCode::UnsupportedData,
        ),
        (
            "a frame beyond the limit, by its header alone",
            too_big,
            CloseCode::TooBig,
        ),
        ("fragments beyond the limit", fragments_too_big, CloseCode::TooBig),
        ("a length of 2^62", header(0x81, 1 << 62, true), CloseCode::TooBig),
        (
            "text that is not UTF-8",
            vec![0x81, 0x82, 0, 0, 0, 0, 0xC3, 0x28],
            CloseCode::InvalidText,
        ),
        (
            "an unmasked frame",
            vec![0x81, 0x02, b'{', b'}'],
            CloseCode::ProtocolError,
        ),
        ("a reserved bit", vec![0xC1, 0x80, 0, 0, 0, 0], CloseCode::ProtocolError),
        (
            "an unknown opcode",
            vec![0x83, 0x80, 0, 0, 0, 0],
            CloseCode::ProtocolError,
        ),
        (
            "a continuation of nothing",
            vec![0x80, 0x80, 0, 0, 0, 0],
            CloseCode::ProtocolError,
        ),
        (
            "a fragmented ping",
            vec![0x09, 0x80, 0, 0, 0, 0],
            CloseCode::ProtocolError,
        ),
        (
            "a polite goodbye",
            vec![0x88, 0x82, 0, 0, 0, 0, 0x03, 0xE8],
            CloseCode::Normal,
        ),
    ];
    for (what, bytes, expected) in cases {
        let mut raw = Raw::open(server.address, &ann).await;
        raw.send(&bytes).await;
        assert_eq!(raw.close_code().await, expected.number(), "{what}");
        let (_, seq) = ann.says(GENERAL, what).await;
        bob.reaches(GENERAL, seq).await;
    }
}

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
async fn a_ping_is_answered_with_its_payload() {
    let server = TestServer::start().await;
    let [ann] = server.people(["ann"]).await;
    let mut raw = Raw::open(server.address, &ann).await;
    raw.send_frame(0x89, b"are you there?").await;
    assert_eq!(raw.frame().await, Some((0x8A, b"are you there?".to_vec())));
}

#[tokio::test]
async fn what_is_no_frame_of_the_protocol_is_refused_and_the_connection_goes_on() {
    let server = TestServer::start().await;
    let [ann] = server.people(["ann"]).await;
    let client = ann.client();
    for text in [
        "",
        "hello",
        "[]",
        "{}",
        "null",
        "{\"id\":",
        "\u{feff}{}",
        r#"{"type":"post_message"}"#,
        &"[".repeat(60_000),
    ] {
        assert_eq!(
            refusal_without_id(&client, text).await,
            ErrorCode::BadFrame,
            "{:?}",
            &text[..text.len().min(30)]
        );
    }
    assert_eq!(
        refusal_without_id(&client, r#"{"type":"make_coffee"}"#).await,
        ErrorCode::UnknownType
    );
    for (text, code) in [
        (
            r#"{"id":900,"type":"post_message","room":"general","client_message_id":"x","body":"x"}"#,
            ErrorCode::BadFrame,
        ),
        (
            r#"{"id":901,"type":"post_message","room":-1,"client_message_id":"x","body":"x"}"#,
            ErrorCode::BadFrame,
        ),
        (
            r#"{"id":902,"type":"post_message","room":1,"body":"x"}"#,
            ErrorCode::BadFrame,
        ),
        (r#"{"id":903,"type":"make_coffee"}"#, ErrorCode::UnknownType),
    ] {
        client.send_text(text).await;
        let id = serde_json::from_str::<serde_json::Value>(text).unwrap()["id"]
            .as_u64()
            .unwrap();
        assert_eq!(
            client.answer(app::protocol::RequestId(id)).await.unwrap_err().code,
            code,
            "{text}"
        );
    }
    ann.says(GENERAL, "still here").await;
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

#[tokio::test]
async fn hostile_text_arrives_as_it_was_written() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["ann", "bob"]).await;
    for text in [
        "<img src=x onerror=alert(1)>",
        "javascript:alert(1)",
        "\u{202e}turned around\u{0}with a nul",
        "'; DROP TABLE messages; --",
        "\"}],\"type\":\"revoked\"",
    ] {
        ann.says(GENERAL, text).await;
        assert_eq!(bob.reads(text).await.body, text);
    }
    let emoji = "🎉".repeat(BODY_CHARS);
    ann.says(GENERAL, &emoji).await;
    bob.reads(&emoji).await;
}

#[tokio::test]
async fn who_goes_too_fast_is_told_when_to_come_back_on_all_lines_and_the_others_are_not() {
    let rates = RateOptions {
        writes: Some(Rate::new(5, std::time::Duration::from_secs(3_600))),
        ..RateOptions::unlimited()
    };
    let server = TestServer::start_with(rates).await;
    let [ann, bob] = server.people(["ann", "bob"]).await;
    for number in 0..5 {
        ann.says(GENERAL, &format!("quick {number}")).await;
    }
    let other_line = ann.opens_watching(&[GENERAL]).await;
    for client in [&*ann.client(), &other_line] {
        let refused = client.ask(post(GENERAL, "too quick")).await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::TooFast);
        assert!(refused.retry_after_ms.is_some_and(|milliseconds| milliseconds > 1_000));
    }
    ann.asks(Command::ListRooms { after: None })
        .await
        .expect("reading is another limit");
    bob.says(GENERAL, "at my own pace").await;
    ann.reads("at my own pace").await;
}
