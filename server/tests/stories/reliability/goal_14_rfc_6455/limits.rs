//! Groups 9 and 10: long texts, up to the limit and one byte more, in frames, fragments and packets of many sizes.

use app::protocol::{CloseCode, limits::FRAME_BYTES};

use super::{BEGIN, END, MIDDLE, Stage, TEXT, answered, wish};
use crate::harness::{header, masked};

fn fragments(text: &[u8], size: usize) -> Vec<u8> {
    let count = text.len().div_ceil(size);
    let frames = text.chunks(size).enumerate().map(|(index, piece)| {
        let first = match index {
            0 => BEGIN,
            _ if index + 1 == count => END,
            _ => MIDDLE,
        };
        masked(first, piece)
    });
    frames.flatten().collect()
}

#[tokio::test]
async fn the_longest_text_arrives_in_fragments_of_any_size() {
    let stage = Stage::new().await;
    let mut line = stage.line().await;
    for (id, size) in (1..).zip([64, 100, 256, 1_000, 1_024, 1_300, 4_096, 16_384, 65_535]) {
        line.send(&fragments(&wish(id, FRAME_BYTES), size)).await;
        assert_eq!(answered(&mut line).await, id, "{size}");
    }
}

#[tokio::test]
async fn the_longest_text_arrives_in_packets_of_any_size() {
    let stage = Stage::new().await;
    let mut line = stage.line().await;
    for (id, size) in (1..).zip([64, 128, 256, 512, 1_024, 2_048, 16_384, 16_385]) {
        line.send_in_pieces(&masked(TEXT, &wish(id, FRAME_BYTES)), size).await;
        assert_eq!(answered(&mut line).await, id, "{size}");
    }
}

#[tokio::test]
async fn one_byte_more_is_too_much_in_one_frame_or_in_many() {
    let stage = Stage::new().await;
    let more = wish(3, FRAME_BYTES + 1);
    stage.fails("one frame", &masked(TEXT, &more), CloseCode::TooBig).await;
    for size in [FRAME_BYTES, 16_384, 100] {
        stage
            .fails(
                &format!("fragments of {size}"),
                &fragments(&more, size),
                CloseCode::TooBig,
            )
            .await;
    }
    stage
        .fails(
            "fragments without end",
            &fragments(&wish(3, 1_025), 1),
            CloseCode::TooBig,
        )
        .await;
    for length in [FRAME_BYTES as u64 + 1, 1 << 31, 1 << 32, (1 << 63) - 1] {
        stage
            .fails(
                &format!("a length of {length}"),
                &header(TEXT, length, true),
                CloseCode::TooBig,
            )
            .await;
    }
    stage
        .fails(
            "a length of 2^63",
            &header(TEXT, 1 << 63, true),
            CloseCode::ProtocolError,
        )
        .await;
}
