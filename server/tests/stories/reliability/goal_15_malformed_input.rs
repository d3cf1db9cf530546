//! Goal 15: whatever a peer sends, it gets its code, and everyone else goes on.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use app::protocol::{
    CloseCode, ErrorCode, ServerFrame,
    limits::{BODY_CHARS, FRAME_BYTES, REFUSALS_IN_A_ROW},
};
use rand::{
    Rng as _, SeedableRng as _, TryRngCore as _,
    rngs::{OsRng, StdRng},
};

use crate::harness::{Client, GENERAL, Raw, TestServer, header, masked, per_check_second, setting, until};

/// The code of the next frame that answers no command.
pub(super) async fn refusal_without_id(client: &Client, text: &str) -> ErrorCode {
    let mark = client.log.mark();
    client.send_text(text).await;
    let refused = |frame: &ServerFrame| match frame {
        ServerFrame::Error { id: None, rejection } => Some(rejection.code),
        _ => None,
    };
    client.log.find("a refusal", mark, refused).await
}

/// What no peer may send, and how it ends the line.
pub(super) fn violations() -> Vec<(&'static str, Vec<u8>, CloseCode)> {
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
    vec![
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
    ]
}

#[tokio::test]
async fn every_violation_of_the_standard_closes_with_its_code_and_nobody_else_notices() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["ann", "bob"]).await;
    for (what, bytes, expected) in violations() {
        let mut raw = Raw::open(server.address, &ann).await;
        raw.send(&bytes).await;
        assert_eq!(raw.close_code().await, expected.number(), "{what}");
        let (_, seq) = ann.says(GENERAL, what).await;
        bob.reaches(GENERAL, seq).await;
    }
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

/// Counts panics in this process, wherever they happen, from now on.
fn count_panics() -> Arc<AtomicU64> {
    let count = Arc::new(AtomicU64::new(0));
    let (counted, before) = (Arc::clone(&count), std::panic::take_hook());
    std::panic::set_hook(Box::new(move |panic| {
        counted.fetch_add(1, Ordering::Relaxed);
        before(panic);
    }));
    count
}

/// Something that looks like a frame, more or less.
pub(super) fn garbage(chance: &mut StdRng) -> Vec<u8> {
    let mut bytes = match chance.random_range(0..4) {
        0 => masked(0x81, br#"{"id":1,"type":"hello","protocol":1,"watch":{"1":null}}"#),
        1 => masked(
            0x81,
            br#"{"id":2,"type":"post_message","room":1,"client_message_id":"x","body":"garbage"}"#,
        ),
        2 => header(chance.random(), chance.random(), true),
        _ => Vec::new(),
    };
    for _ in 0..chance.random_range(0..6) {
        if !bytes.is_empty() && chance.random_bool(0.7) {
            let at = chance.random_range(0..bytes.len());
            bytes[at] = chance.random();
        } else {
            bytes.extend((0..chance.random_range(0..50)).map(|_| chance.random::<u8>()));
        }
    }
    bytes
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn garbage_ends_its_own_line_at_most_and_nothing_panics() {
    let seed = setting("MAGPIE_SEED").unwrap_or_else(|| OsRng.try_next_u64().unwrap() >> 1);
    println!("MAGPIE_SEED={seed}");
    let mut chance = StdRng::seed_from_u64(seed);
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["ann", "bob"]).await;
    let panics = count_panics();
    for round in 0..per_check_second(60) {
        let mut raw = Raw::open(server.address, &ann).await;
        for _ in 0..chance.random_range(1..5) {
            raw.send(&garbage(&mut chance)).await;
        }
        // To the HTTP side, too.
        let mut other = Raw::connect(server.address).await;
        other.send(&garbage(&mut chance)).await;
        other.send(b"\r\n\r\n").await;
        if round % 10 == 0 {
            let (_, seq) = bob.says(GENERAL, &format!("round {round}")).await;
            ann.reaches(GENERAL, seq).await;
        }
        if chance.random_bool(0.5) {
            raw.reset();
        }
    }
    until("an empty house", || server.context().hub.connections() == 2).await;
    assert_eq!(panics.load(Ordering::Relaxed), 0, "MAGPIE_SEED={seed}");
}

#[tokio::test]
async fn whoever_goes_on_and_on_with_what_is_refused_is_sent_away() {
    let server = TestServer::start().await;
    let ann = server.stranger("ann").await;
    let mut line = Raw::open(server.address, &ann).await;
    let (nonsense, hello) = (
        masked(0x81, b"{}"),
        masked(0x81, br#"{"id":1,"type":"hello","protocol":1,"watch":{}}"#),
    );
    let nearly = nonsense.repeat(REFUSALS_IN_A_ROW as usize - 1);
    // What can be read in between lets it begin anew.
    line.send(&[&nearly[..], &hello, &nearly].concat()).await;
    let mut refused = 0;
    while refused < 2 * (REFUSALS_IN_A_ROW - 1) {
        refused += u32::from(matches!(line.told().await, ServerFrame::Error { .. }));
    }
    line.send(&nonsense).await;
    assert_eq!(line.close_code().await, CloseCode::PolicyViolation.number());
}
