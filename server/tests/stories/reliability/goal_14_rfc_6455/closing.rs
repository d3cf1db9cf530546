//! Group 7: saying goodbye.

use app::protocol::CloseCode;

use super::{BEGIN, CLOSE, END, PING, Stage, TEXT, answered, wish};
use crate::harness::masked;

fn goodbye(code: u16, reason: &[u8]) -> Vec<u8> {
    masked(CLOSE, &[&code.to_be_bytes(), reason].concat())
}

#[tokio::test]
async fn a_goodbye_is_answered_with_its_own_code() {
    let stage = Stage::new().await;
    let known = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014];
    for code in known.into_iter().chain([3000, 3999, 4000, 4999]) {
        for reason in [&b""[..], "再见".as_bytes(), &[b'*'; 123]] {
            let mut line = stage.line().await;
            line.send(&goodbye(code, reason)).await;
            assert_eq!(line.close_code().await, code);
            assert_eq!(line.frame().await, None, "nothing comes behind it");
        }
    }
    let mut line = stage.line().await;
    line.send_frame(CLOSE, b"").await;
    assert_eq!(line.close_code().await, CloseCode::Normal.number(), "without a code");
}

#[tokio::test]
async fn codes_that_nobody_may_send_are_violations() {
    let stage = Stage::new().await;
    let forbidden = [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535];
    for code in forbidden {
        stage
            .fails(&code.to_string(), &goodbye(code, b""), CloseCode::ProtocolError)
            .await;
    }
    stage
        .fails("half a code", &masked(CLOSE, &[3]), CloseCode::ProtocolError)
        .await;
    stage
        .fails(
            "a reason of 124 bytes",
            &goodbye(1000, &[b'*'; 124]),
            CloseCode::ProtocolError,
        )
        .await;
    stage
        .fails(
            "a reason that is no text",
            &goodbye(1000, b"\xce\xba\xff"),
            CloseCode::InvalidText,
        )
        .await;
}

#[tokio::test]
async fn what_comes_before_a_goodbye_is_answered_and_nothing_after() {
    let stage = Stage::new().await;
    for after in [
        masked(TEXT, &wish(2, 0)),
        masked(PING, b"still there?"),
        goodbye(1000, b""),
        masked(END, b"the rest"),
        vec![0xFF; 100],
    ] {
        let mut line = stage.line().await;
        line.send(&[masked(TEXT, &wish(1, 50_000)), goodbye(1000, b""), after].concat())
            .await;
        assert_eq!(answered(&mut line).await, 1);
        assert_eq!(line.frame().await, Some((CLOSE, 1000u16.to_be_bytes().to_vec())));
        assert_eq!(line.frame().await, None);
    }
    // In the middle of a text that is in fragments: it is not waited for.
    let mut line = stage.line().await;
    line.send(&[masked(BEGIN, b"{"), goodbye(1001, b"")].concat()).await;
    assert_eq!(line.close_code().await, 1001);
}
