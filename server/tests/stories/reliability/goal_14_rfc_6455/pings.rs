//! Group 2: pings are answered word for word and in order, pongs that nobody asked for are ignored.

use app::protocol::CloseCode;

use super::{PING, PONG, Stage, TEXT, answered, wish};
use crate::harness::masked;

#[tokio::test]
async fn a_ping_is_answered_with_its_payload() {
    let stage = Stage::new().await;
    let mut line = stage.line().await;
    let bytes: Vec<u8> = (0..125).map(|byte| byte * 2).collect();
    for payload in [&b""[..], b"are you there?", &[0, 0xFF, 0xFE, 0xFD], &bytes] {
        line.send_frame(PING, payload).await;
        assert_eq!(line.frame().await, Some((PONG, payload.to_vec())));
        line.send_in_pieces(&masked(PING, payload), 1).await;
        assert_eq!(line.frame().await, Some((PONG, payload.to_vec())), "byte by byte");
    }
}

#[tokio::test]
async fn ten_pings_are_ten_pongs_in_their_order() {
    let stage = Stage::new().await;
    let mut line = stage.line().await;
    let pings: Vec<u8> = (0..10u8).flat_map(|number| masked(PING, &[number; 3])).collect();
    line.send(&pings).await;
    line.send_in_pieces(&pings, 1).await;
    for number in (0..10).chain(0..10) {
        assert_eq!(line.frame().await, Some((PONG, vec![number; 3])));
    }
}

#[tokio::test]
async fn pongs_that_nobody_asked_for_are_ignored() {
    let stage = Stage::new().await;
    let mut line = stage.line().await;
    line.send_frame(PONG, b"").await;
    line.send_frame(PONG, b"unsolicited").await;
    line.send_frame(PING, b"asked").await;
    assert_eq!(line.frame().await, Some((PONG, b"asked".to_vec())));
    line.send_frame(TEXT, &wish(3, 0)).await;
    assert_eq!(answered(&mut line).await, 3);
}

#[tokio::test]
async fn a_control_frame_longer_than_125_bytes_is_a_violation() {
    let stage = Stage::new().await;
    for first in [PING, PONG, 0x88] {
        for length in [126, 65_536] {
            stage
                .fails(
                    "a long one",
                    &masked(first, &vec![b'x'; length]),
                    CloseCode::ProtocolError,
                )
                .await;
        }
    }
}
