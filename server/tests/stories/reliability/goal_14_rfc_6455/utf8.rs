//! Group 6: text is UTF-8, to the letter, also across fragments.

use app::protocol::CloseCode;

use super::{BEGIN, END, MIDDLE, Stage, TEXT};
use crate::harness::{Raw, TestServer, masked};

/// Bytes as one frame, with a fragment for each byte, and in two halves.
fn forms(bytes: &[u8]) -> [Vec<u8>; 3] {
    let each: Vec<u8> = bytes.iter().flat_map(|byte| masked(MIDDLE, &[*byte])).collect();
    let (left, right) = bytes.split_at(bytes.len() / 2);
    [
        masked(TEXT, bytes),
        [masked(BEGIN, b""), each, masked(END, b"")].concat(),
        [masked(BEGIN, left), masked(END, right)].concat(),
    ]
}

#[tokio::test]
async fn what_is_utf8_is_a_text() {
    let stage = Stage::new().await;
    let characters = [
        "\0",
        "\u{7F}",
        "\u{80}",
        "\u{7FF}",
        "\u{800}",
        "\u{D7FF}",
        "\u{E000}",
        "\u{FFFD}",
        "\u{10000}",
        "\u{10FFFF}",
        // No characters, and well-formed all the same.
        "\u{FFFE}",
        "\u{FFFF}",
        "\u{1FFFE}",
        "\u{10FFFE}",
        "\u{FDD0}",
    ];
    let texts = characters
        .into_iter()
        .chain(["", "Hello-µ@ßöäüàá-UTF-8!!", "κόσμε", "喜鹊 🎉 👩‍👩‍👧‍👦", "\u{feff}"]);
    for text in texts {
        for form in forms(text.as_bytes()) {
            stage.holds(&format!("{text:?}"), &form, 1).await;
        }
    }
}

#[tokio::test]
async fn what_is_not_utf8_ends_the_line() {
    let stage = Stage::new().await;
    let mut wrong: Vec<Vec<u8>> = vec![
        // Continuations of nothing.
        vec![0x80],
        vec![0xBF],
        vec![0x80, 0xBF, 0x80],
        // Sequences without their end.
        vec![0xC3],
        vec![0xE0, 0xA0],
        vec![0xF0, 0x90, 0x80],
        vec![0xDF],
        vec![0xEF, 0xBF],
        vec![0xF4, 0x8F, 0xBF],
        // Longer than they need to be.
        vec![0xC0, 0xAF],
        vec![0xC1, 0xBF],
        vec![0xE0, 0x80, 0xAF],
        vec![0xE0, 0x9F, 0xBF],
        vec![0xF0, 0x80, 0x80, 0xAF],
        vec![0xF0, 0x8F, 0xBF, 0xBF],
        vec![0xF8, 0x80, 0x80, 0x80, 0xAF],
        vec![0xFC, 0x80, 0x80, 0x80, 0x80, 0xAF],
        // Surrogates, alone and in pairs.
        vec![0xED, 0xA0, 0x80],
        vec![0xED, 0xBF, 0xBF],
        vec![0xED, 0xA0, 0x80, 0xED, 0xB0, 0x80],
        // Beyond what there is.
        vec![0xF4, 0x90, 0x80, 0x80],
        vec![0xF5, 0x80, 0x80, 0x80],
        vec![0xFE],
        vec![0xFF],
        // In the middle of what is right.
        b"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80edited".to_vec(),
    ];
    wrong.extend((0xC0..=0xFD).map(|first| vec![first, b' ']));
    for bytes in wrong {
        for form in forms(&bytes) {
            stage.fails(&format!("{bytes:x?}"), &form, CloseCode::InvalidText).await;
        }
    }
}

#[tokio::test]
async fn what_can_no_longer_become_utf8_is_not_waited_for() {
    let stage = Stage::new().await;
    for bytes in [&b"\xce\xba\xe1\xbd\xb9\xff"[..], b"\xed\xa0", b"\xf4\x90", b"\xc3("] {
        let mut line = stage.line().await;
        line.send_frame(BEGIN, bytes).await;
        assert_eq!(line.close_code().await, CloseCode::InvalidText.number(), "{bytes:x?}");
    }
}

#[tokio::test]
async fn a_body_cut_inside_every_character_arrives_as_it_was_written() {
    const BODY: &str = "aµ鹊🎉";
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["ann", "bob"]).await;
    let mut raw = Raw::open(server.address, &ann).await;
    raw.send_frame(TEXT, br#"{"id":1,"type":"hello","protocol":1,"watch":{}}"#)
        .await;
    let cuts = BODY.len() + 1;
    for cut in 0..cuts {
        let text = format!(
            r#"{{"id":{},"type":"post_message","room":1,"client_message_id":"cut-{cut}","body":"{BODY} {cut}"}}"#,
            cut + 2
        );
        let at = text.find(BODY).unwrap() + cut;
        let (left, right) = text.as_bytes().split_at(at);
        raw.send(&[masked(BEGIN, left), masked(END, right)].concat()).await;
    }
    for cut in 0..cuts {
        assert_eq!(bob.reads(&format!("{BODY} {cut}")).await.author, ann.id());
    }
}
