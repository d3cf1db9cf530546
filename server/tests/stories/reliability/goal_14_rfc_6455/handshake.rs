//! The handshake (section 4.2), on which Autobahn has no group: what is no WebSocket request of HTTP/1.1 is refused with a status
//! that says so, and the connection is none.

use super::Stage;
use crate::harness::Raw;

const KEY: &str = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";

/// The first line of the answer to a handshake, and its headers.
async fn answer(stage: &Stage, first: &str, headers: &[&str]) -> String {
    let mut raw = Raw::connect(stage.server.address).await;
    let bearer = format!("Authorization: Bearer {}", stage.ann.token);
    let lines: Vec<_> = [first]
        .iter()
        .chain(headers)
        .copied()
        .chain([bearer.as_str(), "", ""])
        .collect();
    raw.send(lines.join("\r\n").as_bytes()).await;
    raw.head().await
}

#[tokio::test]
async fn a_whole_handshake_is_accepted_in_any_case_and_order() {
    let stage = Stage::new().await;
    let headers = [
        KEY,
        "sec-websocket-VERSION: 13",
        "upgrade: WebSocket",
        "connection: keep-alive, UPGRADE",
        "host: here",
    ];
    let head = answer(&stage, "GET /ws HTTP/1.1", &headers).await.to_lowercase();
    assert!(head.starts_with("http/1.1 101 "), "{head}");
    assert!(
        head.contains("sec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo="),
        "{head}"
    );
    assert!(
        !head.contains("sec-websocket-extensions") && !head.contains("sec-websocket-protocol"),
        "{head}"
    );
}

#[tokio::test]
async fn a_handshake_that_lacks_something_is_refused_with_a_status_that_says_what() {
    let stage = Stage::new().await;
    let whole = [
        "Host: here",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        KEY,
    ];
    for (without, status) in [(0, 400), (1, 426), (2, 426), (3, 400), (4, 400)] {
        let mut headers = whole.to_vec();
        let lacks = headers.remove(without);
        let head = answer(&stage, "GET /ws HTTP/1.1", &headers).await;
        assert!(
            head.starts_with(&format!("HTTP/1.1 {status} ")),
            "without {lacks}: {head}"
        );
    }
    for (place, wrong, status) in [
        (2, "Upgrade: h2c", 426),
        (0, "Host: here\r\nHost: there", 400),
        (3, "Sec-WebSocket-Version: 8", 400),
        (3, "Sec-WebSocket-Version: 13, 8", 400),
        (
            4,
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            400,
        ),
        (4, "Sec-WebSocket-Key: short", 400),
        (4, "Sec-WebSocket-Key: ", 400),
    ] {
        let mut headers = whole.to_vec();
        headers[place] = wrong;
        let head = answer(&stage, "GET /ws HTTP/1.1", &headers).await;
        assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "{wrong}: {head}");
        if place == 3 {
            assert!(head.to_lowercase().contains("sec-websocket-version: 13"), "{head}");
        }
    }
    let posted = answer(
        &stage,
        "POST /ws HTTP/1.1",
        &[&whole[..], &["Content-Length: 0"]].concat(),
    )
    .await;
    assert!(posted.starts_with("HTTP/1.1 405 "), "{posted}");
    let old = answer(&stage, "GET /ws HTTP/1.0", &whole).await;
    assert!(
        old.starts_with("HTTP/1.0 400 ") || old.starts_with("HTTP/1.1 400 "),
        "{old}"
    );
}
