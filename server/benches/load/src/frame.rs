//! As much of RFC 6455 as a client needs that only counts: the same few instructions for every server.

/// Stands exactly once in the text of every message that is posted, and nowhere else: to count it is to count messages.
pub const MARK: u8 = b'~';

/// How Magpie's acknowledgement of a post begins.
const ACKNOWLEDGED: &[u8; 12] = br#"{"type":"ok""#;
/// How its refusal begins.
const REFUSED: &[u8; 12] = br#"{"type":"err"#;

/// A client's text frame. The mask is zero: the server unmasks all the same, and nothing is spent on it here.
pub fn text(payload: &str) -> Vec<u8> {
    let mut frame = vec![0x81];
    match payload.len() {
        length @ 0..=125 => frame.push(0x80 | length as u8),
        length => {
            let length = u16::try_from(length).expect("the benchmark sends short messages");
            frame.push(0x80 | 126);
            frame.extend(length.to_be_bytes());
        }
    }
    frame.extend([0; 4]);
    frame.extend(payload.as_bytes());
    frame
}

/// A client's answer to a ping.
pub const PONG: [u8; 6] = [0x8A, 0x80, 0, 0, 0, 0];

/// What was found in some bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Messages of the room.
    pub messages: u32,
    /// Acknowledgements.
    pub acknowledged: u32,
    /// Refusals.
    pub refused: u32,
    /// Frames of any kind.
    pub frames: u32,
    /// Pings, to be answered.
    pub pings: u32,
    /// The server says goodbye.
    pub closed: bool,
}

/// Counts in one connection's bytes, however TCP cuts them. A server's frames bear no mask.
#[derive(Debug, Default)]
pub struct Parser {
    header: [u8; 10],
    header_bytes: usize,
    /// Payload bytes of the present frame still to come, once its header is complete.
    left: Option<u64>,
    start: [u8; 12],
    start_bytes: usize,
}

impl Parser {
    /// Counts in the bytes that were received next.
    pub fn feed(&mut self, mut bytes: &[u8]) -> Seen {
        let mut seen = Seen::default();
        while !bytes.is_empty() {
            let Some(left) = self.left else {
                bytes = self.take_header(bytes);
                if self.left == Some(0) {
                    self.end_frame(&mut seen);
                }
                continue;
            };
            let (payload, rest) = bytes.split_at(bytes.len().min(usize::try_from(left).unwrap_or(usize::MAX)));
            seen.messages += payload.iter().map(|byte| u32::from(*byte == MARK)).sum::<u32>();
            let wanted = payload.len().min(self.start.len() - self.start_bytes);
            self.start[self.start_bytes..self.start_bytes + wanted].copy_from_slice(&payload[..wanted]);
            self.start_bytes += wanted;
            bytes = rest;
            self.left = Some(left - payload.len() as u64);
            if self.left == Some(0) {
                self.end_frame(&mut seen);
            }
        }
        seen
    }

    fn take_header<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let mut taken = 0;
        while taken < bytes.len() {
            self.header[self.header_bytes] = bytes[taken];
            self.header_bytes += 1;
            taken += 1;
            let length = u64::from(self.header[1] & 0x7F);
            self.left = match (self.header_bytes, length) {
                (2, 0..=125) => Some(length),
                (4, 126) => Some(u64::from(u16::from_be_bytes([self.header[2], self.header[3]]))),
                (10, 127) => self.header[2..]
                    .first_chunk::<8>()
                    .map(|bytes| u64::from_be_bytes(*bytes)),
                _ => None,
            };
            if self.left.is_some() {
                break;
            }
        }
        &bytes[taken..]
    }

    fn end_frame(&mut self, seen: &mut Seen) {
        seen.frames += 1;
        seen.pings += u32::from(self.header[0] & 0x0F == 9);
        seen.closed |= self.header[0] & 0x0F == 8;
        if self.start_bytes == self.start.len() {
            seen.acknowledged += u32::from(self.start == *ACKNOWLEDGED);
            seen.refused += u32::from(self.start == *REFUSED);
        }
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn served(opcode: u8, payload: &[u8]) -> Vec<u8> {
        let mut frame = vec![0x80 | opcode];
        match payload.len() {
            length @ 0..=125 => frame.push(length as u8),
            length @ 126..=0xFFFF => {
                frame.push(126);
                frame.extend((length as u16).to_be_bytes());
            }
            length => {
                frame.push(127);
                frame.extend((length as u64).to_be_bytes());
            }
        }
        frame.extend(payload);
        frame
    }

    #[test]
    fn counts_are_the_same_however_tcp_cuts_the_bytes() {
        let long = [vec![b'x'; 70_000], vec![MARK]].concat();
        let bytes = [
            served(1, br#"{"type":"ok","id":1}"#),
            served(1, b"~ one and ~ two"),
            // Its length is written with the very byte that marks messages.
            served(1, &[b'y'; 126]),
            served(9, b""),
            served(1, br#"{"type":"error"}"#),
            served(1, &long),
            served(8, &[3, 232]),
        ]
        .concat();
        let expected = Seen {
            messages: 3,
            acknowledged: 1,
            refused: 1,
            frames: 7,
            pings: 1,
            closed: true,
        };
        for size in [1, 2, 7, 1_000, bytes.len()] {
            let mut parser = Parser::default();
            let mut all = Seen::default();
            for piece in bytes.chunks(size) {
                let seen = parser.feed(piece);
                all.messages += seen.messages;
                all.acknowledged += seen.acknowledged;
                all.refused += seen.refused;
                all.frames += seen.frames;
                all.pings += seen.pings;
                all.closed |= seen.closed;
            }
            assert_eq!(all, expected, "in pieces of {size}");
        }
    }
}
