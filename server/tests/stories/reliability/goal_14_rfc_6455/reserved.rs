//! Groups 3 and 4: reserved bits and opcodes. What came before them is answered, nothing after.

use app::protocol::CloseCode;

use super::{BEGIN, END, MIDDLE, Stage};
use crate::harness::{header, masked};

#[tokio::test]
async fn every_reserved_bit_is_a_violation_in_every_frame() {
    let stage = Stage::new().await;
    for bits in 1..=7u8 {
        for first in [0x81, 0x01, 0x88, 0x89, 0x8A] {
            let first = first | bits << 4;
            stage
                .fails(
                    &format!("{first:#x}"),
                    &masked(first, b"Hello"),
                    CloseCode::ProtocolError,
                )
                .await;
        }
    }
}

#[tokio::test]
async fn every_reserved_opcode_is_a_violation_with_and_without_a_payload() {
    let stage = Stage::new().await;
    for opcode in (3..=7).chain(11..=15) {
        for payload in [&b""[..], b"Hello", &[b'x'; 200]] {
            stage
                .fails(
                    &format!("{opcode}"),
                    &masked(0x80 | opcode, payload),
                    CloseCode::ProtocolError,
                )
                .await;
        }
    }
}

#[tokio::test]
async fn a_frame_without_a_mask_and_a_length_in_a_longer_form_are_violations() {
    let stage = Stage::new().await;
    let unmasked = [header(0x81, 5, false), b"Hello".to_vec()].concat();
    let in_two = [&[0x81, 0xFE, 0, 5, 0, 0, 0, 0], &b"Hello"[..]].concat();
    let in_eight = [&[0x81, 0xFF, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0], &b"Hello"[..]].concat();
    for (what, bytes) in [
        ("without a mask", unmasked),
        ("a length in two bytes", in_two),
        ("a length in eight bytes", in_eight),
    ] {
        stage.fails(what, &bytes, CloseCode::ProtocolError).await;
    }
}

#[tokio::test]
async fn a_binary_frame_is_refused_whole_or_in_fragments() {
    let stage = Stage::new().await;
    for first in [0x82, 0x02] {
        stage
            .fails("binary", &masked(first, b"Hello"), CloseCode::UnsupportedData)
            .await;
    }
}

#[tokio::test]
async fn every_reserved_bit_is_a_violation_in_the_fragments_that_follow_too() {
    let stage = Stage::new().await;
    for bits in 1..=7u8 {
        for first in [MIDDLE, END] {
            let bytes = [masked(BEGIN, b"Hel"), masked(first | bits << 4, b"lo")].concat();
            stage
                .fails(&format!("{first:#x} and {bits}"), &bytes, CloseCode::ProtocolError)
                .await;
        }
    }
}
