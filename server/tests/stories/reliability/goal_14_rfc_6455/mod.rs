//! Goal 14: RFC 6455 to the letter, byte by byte, in the groups in which Autobahn's test suite has them (1 to 7, 9, 10).
//!
//! Magpie echoes nothing. What stands in an echo's place: a wish before `hello` is refused with the id that it bears, so an
//! answer shows that a text was received whole, and in which order.

mod closing;
mod fragments;
mod framing;
mod handshake;
mod limits;
mod pings;
mod reserved;
mod utf8;

use app::protocol::{CloseCode, ErrorCode, RequestId, ServerFrame};

use crate::harness::{Person, Raw, TestServer, masked};

/// FIN and the opcode of a text.
const TEXT: u8 = 0x81;
/// The first fragment of a text.
const BEGIN: u8 = 0x01;
/// A fragment in the middle.
const MIDDLE: u8 = 0x00;
/// The last fragment.
const END: u8 = 0x80;
/// FIN and the opcode of a close frame.
const CLOSE: u8 = 0x88;
/// FIN and the opcode of a ping.
const PING: u8 = 0x89;
/// FIN and the opcode of a pong.
const PONG: u8 = 0x8A;

/// A server, and somebody who opens lines to it.
struct Stage {
    server: TestServer,
    ann: Person,
}

impl Stage {
    async fn new() -> Self {
        let server = TestServer::start().await;
        let ann = server.stranger("ann").await;
        Self { server, ann }
    }

    async fn line(&self) -> Raw {
        Raw::open(self.server.address, &self.ann).await
    }

    /// Sends these bytes by a line of their own, and a wish before them, which has to be answered. The line has to end with
    /// this code and without another answer.
    async fn fails(&self, what: &str, bytes: &[u8], code: CloseCode) {
        let mut line = self.line().await;
        let sent = [masked(TEXT, &wish(1, 0)), bytes.to_vec(), masked(TEXT, &wish(2, 0))].concat();
        line.send(&sent).await;
        assert_eq!(answered(&mut line).await, 1, "{what}");
        let (first, payload) = line.frame().await.expect("a goodbye");
        assert_eq!(
            (first, &payload[..]),
            (CLOSE, &code.number().to_be_bytes()[..]),
            "{what}"
        );
        assert_eq!(line.frame().await, None, "{what}: the line ends");
    }

    /// Sends these bytes by a line of their own; afterwards it goes on as if they were nothing special.
    async fn holds(&self, what: &str, bytes: &[u8], answers: usize) {
        let mut line = self.line().await;
        line.send(bytes).await;
        line.send_frame(TEXT, &wish(7, 0)).await;
        for _ in 0..answers {
            assert!(refused(&mut line).await.is_none(), "{what}");
        }
        assert_eq!(answered(&mut line).await, 7, "{what}");
    }
}

/// A text that is answered with this id, as long as wanted or as short as can be.
fn wish(id: u64, length: usize) -> Vec<u8> {
    let mut text = format!(r#"{{"id":{id},"type":"list_rooms"}}"#).into_bytes();
    text.resize(text.len().max(length), b' ');
    text
}

/// The id of the next answer, which has to be the next frame.
async fn answered(line: &mut Raw) -> u64 {
    refused(line).await.expect("an answer to a wish").0
}

/// The next frame, which has to be a refusal: of a wish with its id, or of a text that is none.
async fn refused(line: &mut Raw) -> Option<RequestId> {
    match line.told().await {
        ServerFrame::Error { id, rejection } => {
            let expected = if id.is_some() {
                ErrorCode::HelloExpected
            } else {
                ErrorCode::BadFrame
            };
            assert_eq!(rejection.code, expected);
            id
        }
        other => panic!("expected a refusal, not {other:?}"),
    }
}
