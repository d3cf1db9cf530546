//! Group 1: lengths on both sides of every form of header, however TCP cuts them.

use super::{Stage, TEXT, answered, refused, wish};
use crate::harness::masked;

const LENGTHS: [usize; 8] = [30, 124, 125, 126, 127, 128, 65_535, 65_536];

#[tokio::test]
async fn a_text_of_any_length_arrives_whole() {
    let stage = Stage::new().await;
    let mut line = stage.line().await;
    line.send_frame(TEXT, b"").await;
    assert_eq!(refused(&mut line).await, None, "nothing is no wish, but a text");
    for (id, length) in (1..).zip(LENGTHS) {
        line.send_frame(TEXT, &wish(id, length)).await;
        assert_eq!(answered(&mut line).await, id, "{length}");
    }
}

#[tokio::test]
async fn it_does_so_in_pieces_of_any_size() {
    let stage = Stage::new().await;
    let mut line = stage.line().await;
    for (id, length) in (1..).zip(LENGTHS) {
        let size = if length > 1_000 { 997 } else { 1 };
        line.send_in_pieces(&masked(TEXT, &wish(id, length)), size).await;
        assert_eq!(answered(&mut line).await, id, "{length}");
    }
}

#[tokio::test]
async fn many_in_one_packet_are_answered_in_their_order() {
    let stage = Stage::new().await;
    let mut line = stage.line().await;
    let all: Vec<u8> = (0..500).flat_map(|id| masked(TEXT, &wish(id, 0))).collect();
    line.send(&all).await;
    for id in 0..500 {
        assert_eq!(answered(&mut line).await, id);
    }
}
