//! From bytes to messages.
//!
//! Invariant: what is buffered never exceeds what was received, and never one message's limit by more than one read; a
//! declared length allocates nothing.

use std::ops::Range;

use app::protocol::CloseCode;

use super::{closing::closing, limits::Limits};
use crate::hub::frame::CONTROL_BYTES;

/// What a peer sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Incoming {
    /// A whole text message.
    Text(String),
    /// A whole binary message, where the limits allow them.
    Binary(Vec<u8>),
    /// A ping, to be answered with the same payload.
    Ping(Vec<u8>),
    /// A pong. Proof of life.
    Pong,
    /// The peer closes; answer with this code, then end.
    Close(u16),
}

/// Decodes one connection's bytes.
#[derive(Debug, Default)]
pub struct Decoder {
    limits: Limits,
    /// Bytes received. Those from `decoded` on are not decoded yet: less than one frame, once `decode` gave `None`.
    buffer: Vec<u8>,
    /// Bytes at the front of `buffer` that are done with. They make room once a read, not once a frame.
    decoded: usize,
    /// The message whose last fragment has not come yet.
    message: Vec<u8>,
    /// Whether that message is binary.
    binary: bool,
    /// Bytes at the front of `message` that are known to be UTF-8.
    valid: usize,
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
    /// Takes messages within other limits than the chat's.
    pub fn within(limits: Limits) -> Self {
        Self {
            limits,
            ..Self::default()
        }
    }

    /// Begins with what was received already.
    pub fn after(received: Vec<u8>) -> Self {
        Self {
            buffer: received,
            ..Self::default()
        }
    }

    /// Adds what was received.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.buffer.drain(..self.decoded);
        self.decoded = 0;
        self.buffer.extend_from_slice(bytes);
    }

    /// The next whole thing; `None` when more bytes are needed.
    ///
    /// # Errors
    /// The code to close with, when the peer broke the protocol or a limit. The decoder is of no use afterwards.
    pub fn decode(&mut self) -> Result<Option<Incoming>, CloseCode> {
        loop {
            let Some(header) = self.header()? else { return Ok(None) };
            let begin = self.decoded + header.size;
            let end = begin + header.length;
            if self.buffer.len() < end {
                return Ok(None);
            }
            unmask(&mut self.buffer[begin..end], header.mask);
            let incoming = self.frame(&header, begin..end)?;
            self.decoded = end;
            if self.decoded == self.buffer.len() {
                // An idle connection holds no buffer.
                (self.buffer, self.decoded) = (Vec::new(), 0);
            }
            if incoming.is_some() {
                return Ok(incoming);
            }
        }
    }

    /// Bytes of memory that are held.
    pub fn holds(&self) -> usize {
        self.buffer.capacity() + self.message.capacity()
    }

    /// Reads and checks a header before its payload is waited for, so that a violation is answered at once.
    fn header(&self) -> Result<Option<Header>, CloseCode> {
        let [first, second, rest @ ..] = &self.buffer[self.decoded..] else {
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
            2 if !self.limits.binary => return Err(CloseCode::UnsupportedData),
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
        // The top bit must be 0, and the shortest form is to be taken (RFC 6455, section 5.2).
        if length >> 63 != 0 || (extended == 2 && length < 126) || (extended == 8 && length <= 0xFFFF) {
            return Err(CloseCode::ProtocolError);
        }
        if !control && length > (self.limits.bytes - self.message.len()) as u64 {
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

    fn frame(&mut self, header: &Header, payload: Range<usize>) -> Result<Option<Incoming>, CloseCode> {
        match header.opcode {
            0..=2 => self.fragment(header, payload),
            8 => closing(&self.buffer[payload]).map(|code| Some(Incoming::Close(code))),
            9 => Ok(Some(Incoming::Ping(self.buffer[payload].to_vec()))),
            _ => Ok(Some(Incoming::Pong)),
        }
    }

    fn fragment(&mut self, header: &Header, payload: Range<usize>) -> Result<Option<Incoming>, CloseCode> {
        let payload = &self.buffer[payload];
        if self.fragments == 0 {
            self.binary = header.opcode == 2;
            if header.fin {
                return whole(self.binary, payload.to_vec()).map(Some);
            }
        }
        self.message.extend_from_slice(payload);
        self.fragments += 1;
        if self.fragments > self.limits.fragments {
            return Err(CloseCode::TooBig);
        }
        if !self.binary {
            // Text that can no longer become UTF-8 is refused before its end is waited for.
            match std::str::from_utf8(&self.message[self.valid..]) {
                Ok(_) => self.valid = self.message.len(),
                Err(error) if error.error_len().is_none() => self.valid += error.valid_up_to(),
                Err(_) => return Err(CloseCode::InvalidText),
            }
        }
        if !header.fin {
            return Ok(None);
        }
        (self.fragments, self.valid) = (0, 0);
        whole(self.binary, std::mem::take(&mut self.message)).map(Some)
    }
}

fn whole(binary: bool, bytes: Vec<u8>) -> Result<Incoming, CloseCode> {
    if binary {
        return Ok(Incoming::Binary(bytes));
    }
    String::from_utf8(bytes)
        .map(Incoming::Text)
        .map_err(|_| CloseCode::InvalidText)
}

/// Eight bytes at a time: a mask is four, so it lies alike on each eight.
fn unmask(payload: &mut [u8], mask: [u8; 4]) {
    let [a, b, c, d] = mask;
    let wide = u64::from_ne_bytes([a, b, c, d, a, b, c, d]);
    let (eights, rest) = payload.as_chunks_mut::<8>();
    for eight in eights {
        *eight = (u64::from_ne_bytes(*eight) ^ wide).to_ne_bytes();
    }
    for (byte, mask) in rest.iter_mut().zip(mask.into_iter().cycle()) {
        *byte ^= mask;
    }
}
