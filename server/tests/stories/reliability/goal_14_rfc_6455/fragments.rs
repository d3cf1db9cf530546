//! Group 5: fragments, and what may stand between them.

use app::protocol::CloseCode;

use super::{BEGIN, END, MIDDLE, PING, PONG, Stage, TEXT, answered, wish};
use crate::harness::masked;

#[tokio::test]
async fn a_text_in_two_fragments_is_one_wherever_it_is_cut_and_however_it_travels() {
    let stage = Stage::new().await;
    let mut line = stage.line().await;
    let text = wish(5, 0);
    for cut in 0..=text.len() {
        let frames = [masked(BEGIN, &text[..cut]), masked(END, &text[cut..])];
        line.send(&frames.concat()).await;
        assert_eq!(answered(&mut line).await, 5, "in one packet, cut at {cut}");
        for frame in &frames {
            line.send(frame).await;
        }
        assert_eq!(answered(&mut line).await, 5, "in two packets, cut at {cut}");
    }
    line.send_in_pieces(&[masked(BEGIN, &text[..9]), masked(END, &text[9..])].concat(), 1)
        .await;
    assert_eq!(answered(&mut line).await, 5, "byte by byte");
}

#[tokio::test]
async fn control_frames_between_fragments_are_answered_before_the_text() {
    let stage = Stage::new().await;
    let mut line = stage.line().await;
    let text = wish(5, 0);
    let frames = [
        masked(BEGIN, &text[..3]),
        masked(PING, b"one"),
        masked(MIDDLE, &text[3..3]),
        masked(PONG, b"nobody asked"),
        masked(MIDDLE, &text[3..8]),
        masked(PING, b"two"),
        masked(END, &text[8..]),
    ];
    for size in [1_000, 1] {
        line.send_in_pieces(&frames.concat(), size).await;
        assert_eq!(line.frame().await, Some((PONG, b"one".to_vec())));
        assert_eq!(line.frame().await, Some((PONG, b"two".to_vec())));
        assert_eq!(answered(&mut line).await, 5);
    }
}

#[tokio::test]
async fn fragments_out_of_place_are_violations() {
    let stage = Stage::new().await;
    let whole = [masked(BEGIN, b"{"), masked(END, b"")].concat();
    let cases: [(&str, Vec<u8>); 9] = [
        ("a ping in fragments", [masked(0x09, b"a"), masked(END, b"b")].concat()),
        ("a pong in fragments", [masked(0x0A, b"a"), masked(END, b"b")].concat()),
        (
            "a close frame in fragments",
            [masked(0x08, b""), masked(END, b"")].concat(),
        ),
        ("the end of nothing", masked(END, b"a")),
        ("the middle of nothing", masked(MIDDLE, b"a")),
        (
            "the middle of nothing, then a text",
            [masked(MIDDLE, b"a"), masked(TEXT, b"b")].concat(),
        ),
        (
            "a text inside of another",
            [masked(BEGIN, b"a"), masked(TEXT, b"b")].concat(),
        ),
        (
            "a text that begins twice",
            [masked(BEGIN, b"a"), masked(BEGIN, b"b")].concat(),
        ),
        (
            "a binary inside of a text",
            [masked(BEGIN, b"a"), masked(0x82, b"b")].concat(),
        ),
    ];
    for (what, bytes) in cases {
        stage.fails(what, &bytes, CloseCode::ProtocolError).await;
    }
    // Behind a whole text in fragments, too: the decoder has to know that it ended.
    let mut line = stage.line().await;
    line.send(&[whole, masked(MIDDLE, b"a")].concat()).await;
    assert!(super::refused(&mut line).await.is_none());
    assert_eq!(line.close_code().await, CloseCode::ProtocolError.number());
}
