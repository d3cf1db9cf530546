//! Client frames of RFC 6455, decoded from whatever pieces TCP delivers.
//!
//! Invariant: what is buffered never exceeds what was received, and never one message's limit; a declared length
//! allocates nothing.

use app::protocol::{CloseCode, limits::FRAME_BYTES};

use crate::hub::frame::CONTROL_BYTES;

/// Fragments that one message may come in. Honest clients need one; the limit stops a peer that sends empty ones for ever.
const FRAGMENTS: u32 = 1_024;

/// What a peer sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Incoming {
    /// A whole text message.
    Text(String),
    /// A ping, to be answered with the same payload.
    Ping(Vec<u8>),
    /// A pong. Proof of life.
    Pong,
    /// The peer closes; answer with this code, then end.
    Close(CloseCode),
}

/// Decodes one connection's bytes.
#[derive(Debug, Default)]
pub struct Decoder {
    /// Bytes received and not yet decoded: less than one frame.
    buffer: Vec<u8>,
    /// The message whose last fragment has not come yet.
    message: Vec<u8>,
    /// Fragments of that message so far; 0 when none is open.
    fragments: u32,
}

/// One frame's header.
struct Header {
    fin: bool,
    opcode: u8,
    mask: [u8; 4],
    /// Bytes of the header itself.
    size: usize,
    /// Bytes of the payload.
    length: usize,
}

impl Decoder {
    /// Begins with what was received already.
    pub fn after(received: Vec<u8>) -> Self {
        Self {
            buffer: received,
            ..Self::default()
        }
    }

    /// Adds what was received.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// The next whole thing; `None` when more bytes are needed.
    ///
    /// # Errors
    /// The code to close with, when the peer broke the protocol or a limit. The decoder is of no use afterwards.
    pub fn next(&mut self) -> Result<Option<Incoming>, CloseCode> {
        loop {
            let Some(header) = self.header()? else { return Ok(None) };
            let end = header.size + header.length;
            if self.buffer.len() < end {
                return Ok(None);
            }
            let mut payload: Vec<u8> = self.buffer.drain(..end).skip(header.size).collect();
            if self.buffer.is_empty() {
                // An idle connection holds no buffer.
                self.buffer = Vec::new();
            }
            unmask(&mut payload, header.mask);
            if let Some(incoming) = self.frame(&header, payload)? {
                return Ok(Some(incoming));
            }
        }
    }

    /// Reads and checks a header before its payload is waited for, so that a violation is answered at once.
    fn header(&self) -> Result<Option<Header>, CloseCode> {
        let [first, second, rest @ ..] = &self.buffer[..] else {
            return Ok(None);
        };
        let (fin, reserved, opcode) = (first & 0x80 != 0, first & 0x70, first & 0x0F);
        let (masked, short) = (second & 0x80 != 0, usize::from(second & 0x7F));
        let control = opcode & 0x8 != 0;
        if reserved != 0 || !masked || !matches!(opcode, 0..=2 | 8..=10) {
            return Err(CloseCode::ProtocolError);
        }
        if control && (!fin || short > CONTROL_BYTES) {
            return Err(CloseCode::ProtocolError);
        }
        match opcode {
            0 if self.fragments == 0 => return Err(CloseCode::ProtocolError),
            1 | 2 if self.fragments > 0 => return Err(CloseCode::ProtocolError),
            2 => return Err(CloseCode::UnsupportedData),
            _ => {}
        }
        let (length, extended) = match short {
            126 => match rest {
                [a, b, ..] => (u64::from(u16::from_be_bytes([*a, *b])), 2),
                _ => return Ok(None),
            },
            127 => match rest.first_chunk::<8>() {
                Some(bytes) => (u64::from_be_bytes(*bytes), 8),
                None => return Ok(None),
            },
            short => (short as u64, 0),
        };
        // The top bit must be 0 (RFC 6455, section 5.2).
        if length >> 63 != 0 {
            return Err(CloseCode::ProtocolError);
        }
        if !control && length > (FRAME_BYTES - self.message.len()) as u64 {
            return Err(CloseCode::TooBig);
        }
        let Some(mask) = rest[extended..].first_chunk::<4>() else {
            return Ok(None);
        };
        Ok(Some(Header {
            fin,
            opcode,
            mask: *mask,
            size: 2 + extended + 4,
            length: length as usize,
        }))
    }

    fn frame(&mut self, header: &Header, payload: Vec<u8>) -> Result<Option<Incoming>, CloseCode> {
        match header.opcode {
            0 | 1 => self.fragment(header.fin, payload),
            8 => close(&payload).map(Some),
            9 => Ok(Some(Incoming::Ping(payload))),
            _ => Ok(Some(Incoming::Pong)),
        }
    }

    fn fragment(&mut self, fin: bool, payload: Vec<u8>) -> Result<Option<Incoming>, CloseCode> {
        if self.fragments == 0 {
            self.message = payload;
        } else {
            self.message.extend_from_slice(&payload);
        }
        self.fragments += 1;
        if self.fragments > FRAGMENTS {
            return Err(CloseCode::TooBig);
        }
        if !fin {
            // Text that can no longer become UTF-8 is refused before its end is waited for.
            return match std::str::from_utf8(&self.message) {
                Err(error) if error.error_len().is_some() => Err(CloseCode::InvalidText),
                _ => Ok(None),
            };
        }
        self.fragments = 0;
        let text = String::from_utf8(std::mem::take(&mut self.message)).map_err(|_| CloseCode::InvalidText)?;
        Ok(Some(Incoming::Text(text)))
    }
}

/// Which code answers a peer's close frame (RFC 6455, sections 5.5.1 and 7.4).
fn close(payload: &[u8]) -> Result<Incoming, CloseCode> {
    match payload {
        [] => Ok(Incoming::Close(CloseCode::Normal)),
        [_] => Err(CloseCode::ProtocolError),
        [high, low, reason @ ..] => {
            let code = u16::from_be_bytes([*high, *low]);
            if !matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999) {
                return Err(CloseCode::ProtocolError);
            }
            if std::str::from_utf8(reason).is_err() {
                return Err(CloseCode::InvalidText);
            }
            Ok(Incoming::Close(CloseCode::Normal))
        }
    }
}

fn unmask(payload: &mut [u8], mask: [u8; 4]) {
    for (index, byte) in payload.iter_mut().enumerate() {
        *byte ^= mask[index & 3];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
        let mask = [1, 2, 3, 4];
        let mut frame = vec![first];
        match payload.len() {
            length @ 0..=125 => frame.push(0x80 | length as u8),
            length @ 126..=0xFFFF => {
                frame.push(0x80 | 126);
                frame.extend((length as u16).to_be_bytes());
            }
            length => {
                frame.push(0x80 | 127);
                frame.extend((length as u64).to_be_bytes());
            }
        }
        frame.extend(mask);
        frame.extend(payload.iter().enumerate().map(|(index, byte)| byte ^ mask[index & 3]));
        frame
    }

    fn decode(bytes: &[u8]) -> Result<Vec<Incoming>, CloseCode> {
        let mut decoder = Decoder::default();
        decoder.feed(bytes);
        let mut all = Vec::new();
        while let Some(incoming) = decoder.next()? {
            all.push(incoming);
        }
        Ok(all)
    }

    #[test]
    fn text_arrives_whole_however_tcp_cuts_it() {
        let bytes = [masked(0x81, "你好".as_bytes()), masked(0x81, b"again")].concat();
        let mut decoder = Decoder::default();
        let mut all = Vec::new();
        for byte in bytes {
            decoder.feed(&[byte]);
            while let Some(incoming) = decoder.next().expect("the bytes are valid") {
                all.push(incoming);
            }
        }
        assert_eq!(all, [Incoming::Text("你好".into()), Incoming::Text("again".into())]);
    }

    #[test]
    fn fragments_are_joined_and_control_frames_may_come_between() {
        let bytes = [
            masked(0x01, b"a"),
            masked(0x89, b"p"),
            masked(0x00, b"b"),
            masked(0x80, b"c"),
        ]
        .concat();
        assert_eq!(
            decode(&bytes),
            Ok(vec![Incoming::Ping(b"p".to_vec()), Incoming::Text("abc".into())])
        );
    }

    #[test]
    fn each_violation_has_its_code() {
        let unmasked = vec![0x81, 1, b'a'];
        let cases: [(&str, Vec<u8>, CloseCode); 12] = [
            ("unmasked", unmasked, CloseCode::ProtocolError),
            ("reserved bit", masked(0xC1, b"a"), CloseCode::ProtocolError),
            ("unknown opcode", masked(0x83, b"a"), CloseCode::ProtocolError),
            ("continuation of nothing", masked(0x80, b"a"), CloseCode::ProtocolError),
            (
                "text inside a message",
                [masked(0x01, b"a"), masked(0x81, b"b")].concat(),
                CloseCode::ProtocolError,
            ),
            ("fragmented ping", masked(0x09, b"a"), CloseCode::ProtocolError),
            ("long ping", masked(0x89, &[0; 126]), CloseCode::ProtocolError),
            ("close with one byte", masked(0x88, &[3]), CloseCode::ProtocolError),
            (
                "close with a forbidden code",
                masked(0x88, &1005u16.to_be_bytes()),
                CloseCode::ProtocolError,
            ),
            ("binary", masked(0x82, b"a"), CloseCode::UnsupportedData),
            ("not UTF-8", masked(0x81, &[0xFF]), CloseCode::InvalidText),
            (
                "not UTF-8, in a first fragment",
                masked(0x01, &[0xFF]),
                CloseCode::InvalidText,
            ),
        ];
        for (name, bytes, code) in cases {
            assert_eq!(decode(&bytes), Err(code), "{name}");
        }
    }

    #[test]
    fn exactly_the_limit_passes_and_one_byte_more_does_not() {
        assert_eq!(
            decode(&masked(0x81, &vec![b'x'; FRAME_BYTES])).map(|all| all.len()),
            Ok(1)
        );
        assert_eq!(
            decode(&masked(0x81, &vec![b'x'; FRAME_BYTES + 1])),
            Err(CloseCode::TooBig)
        );
        let halves = [masked(0x01, &vec![b'x'; FRAME_BYTES]), masked(0x80, b"x")].concat();
        assert_eq!(decode(&halves), Err(CloseCode::TooBig));
    }

    #[test]
    fn a_declared_length_is_refused_before_its_bytes_come() {
        let mut header = vec![0x81, 0x80 | 127];
        header.extend((1u64 << 62).to_be_bytes());
        assert_eq!(decode(&header), Err(CloseCode::TooBig));
    }

    #[test]
    fn a_close_frame_is_answered_with_1000() {
        assert_eq!(decode(&masked(0x88, &[])), Ok(vec![Incoming::Close(CloseCode::Normal)]));
        assert_eq!(
            decode(&masked(0x88, &4001u16.to_be_bytes())),
            Ok(vec![Incoming::Close(CloseCode::Normal)])
        );
    }

    #[test]
    fn an_idle_decoder_holds_no_memory() {
        let mut decoder = Decoder::default();
        decoder.feed(&masked(0x81, &vec![b'x'; 10_000]));
        assert!(decoder.next().expect("valid").is_some());
        assert_eq!(decoder.buffer.capacity() + decoder.message.capacity(), 0);
    }
}
