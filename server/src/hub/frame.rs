//! Server frames of RFC 6455 as bytes, header included: built once, written to many.

use bytes::{BufMut, Bytes, BytesMut};

/// Opcode of a text frame, with FIN.
const TEXT: u8 = 0x81;
/// Opcode of a close frame, with FIN.
const CLOSE: u8 = 0x88;
/// Opcode of a ping frame, with FIN.
const PING: u8 = 0x89;
/// Opcode of a pong frame, with FIN.
const PONG: u8 = 0x8A;
/// The longest header of a server's frame.
const HEADER_BYTES: usize = 10;
/// What a control frame may carry (RFC 6455, section 5.5).
pub const CONTROL_BYTES: usize = 125;

/// A whole text message. Servers do not mask (RFC 6455, section 5.1).
pub fn text(payload: &[u8]) -> Bytes {
    build(TEXT, payload)
}

/// Whole text messages, one behind the other.
pub fn texts(payloads: &[Bytes]) -> Bytes {
    let size = payloads.iter().map(|payload| payload.len() + HEADER_BYTES).sum();
    let mut frames = BytesMut::with_capacity(size);
    for payload in payloads {
        append(&mut frames, TEXT, payload);
    }
    frames.freeze()
}

/// A whole text message of a value's JSON.
pub fn json(value: &impl serde::Serialize) -> Bytes {
    text(&serde_json::to_vec(value).expect("protocol types always serialise"))
}

/// Whole text messages, one behind the other, of several values' JSON.
pub fn all_json(values: impl Iterator<Item = impl serde::Serialize>) -> Bytes {
    let mut frames = BytesMut::new();
    for value in values {
        let payload = serde_json::to_vec(&value).expect("protocol types always serialise");
        append(&mut frames, TEXT, &payload);
    }
    frames.freeze()
}

/// A ping without payload.
pub fn ping() -> Bytes {
    Bytes::from_static(&[PING, 0])
}

/// Answers a ping with its own payload, at most 125 bytes.
pub fn pong(payload: &[u8]) -> Bytes {
    build(PONG, &payload[..payload.len().min(CONTROL_BYTES)])
}

/// Ends a connection with a code.
pub fn close(code: u16) -> Bytes {
    build(CLOSE, &code.to_be_bytes())
}

fn build(opcode: u8, payload: &[u8]) -> Bytes {
    let mut frame = BytesMut::with_capacity(payload.len() + HEADER_BYTES);
    append(&mut frame, opcode, payload);
    frame.freeze()
}

fn append(frame: &mut BytesMut, opcode: u8, payload: &[u8]) {
    frame.put_u8(opcode);
    match payload.len() {
        length @ 0..=125 => frame.put_u8(length as u8),
        length @ 126..=0xFFFF => {
            frame.put_u8(126);
            frame.put_u16(length as u16);
        }
        length => {
            frame.put_u8(127);
            frame.put_u64(length as u64);
        }
    }
    frame.put_slice(payload);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_length_gets_its_shortest_header() {
        assert_eq!(&text(b"hi")[..], &[0x81, 2, b'h', b'i']);
        assert_eq!(&text(&[b'x'; 126])[..4], &[0x81, 126, 0, 126]);
        assert_eq!(&text(&vec![b'x'; 0x1_0000])[..10], &[0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]);
    }

    #[test]
    fn several_messages_stand_behind_each_other() {
        assert_eq!(&all_json([1, 22].into_iter())[..], b"\x81\x011\x81\x0222");
        let payloads = [Bytes::from_static(b"1"), Bytes::from_static(b"22")];
        assert_eq!(&texts(&payloads)[..], b"\x81\x011\x81\x0222");
    }

    #[test]
    fn a_close_frame_carries_its_code() {
        assert_eq!(&close(1009)[..], &[0x88, 2, 0x03, 0xF1]);
    }
}
