//! The decoder: the standard's words, whatever TCP does to the bytes.

use app::protocol::{CloseCode, limits::FRAME_BYTES};
use proptest::prelude::*;

use super::{Decoder, Incoming, Limits};

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
    while let Some(incoming) = decoder.decode()? {
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
        while let Some(incoming) = decoder.decode().expect("the bytes are valid") {
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
    let cases: [(&str, Vec<u8>, CloseCode); 15] = [
        (
            "a length of 5 in two bytes",
            vec![0x81, 0xFE, 0, 5, 0, 0, 0, 0],
            CloseCode::ProtocolError,
        ),
        (
            "a length of 65535 in eight bytes",
            vec![0x81, 0xFF, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF],
            CloseCode::ProtocolError,
        ),
        (
            "a length of 2^63",
            vec![0x81, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 0],
            CloseCode::ProtocolError,
        ),
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
fn other_limits_are_kept_and_binary_may_be_allowed() {
    let mut decoder = Decoder::within(Limits {
        bytes: 3,
        fragments: 2,
        binary: true,
    });
    // Not UTF-8, which is asked of text alone.
    decoder.feed(
        &[
            masked(0x02, &[0xFF]),
            masked(0x80, &[0xFE, 0xFF]),
            masked(0x81, b"text"),
        ]
        .concat(),
    );
    assert_eq!(decoder.decode(), Ok(Some(Incoming::Binary(vec![0xFF, 0xFE, 0xFF]))));
    assert_eq!(decoder.decode(), Err(CloseCode::TooBig), "four bytes");
    let mut decoder = Decoder::within(Limits {
        fragments: 2,
        ..Limits::default()
    });
    decoder.feed(&[masked(0x01, b"a"), masked(0x00, b"b"), masked(0x80, b"c")].concat());
    assert_eq!(decoder.decode(), Err(CloseCode::TooBig), "three fragments");
}

#[test]
fn a_declared_length_is_refused_before_its_bytes_come() {
    let mut header = vec![0x81, 0x80 | 127];
    header.extend((1u64 << 62).to_be_bytes());
    assert_eq!(decode(&header), Err(CloseCode::TooBig));
}

#[test]
fn a_declared_length_takes_no_memory_before_its_bytes_come() {
    let mut decoder = Decoder::default();
    let mut header = vec![0x81, 0x80 | 127];
    header.extend((FRAME_BYTES as u64).to_be_bytes());
    header.extend([0; 4]);
    decoder.feed(&header);
    assert_eq!(decoder.decode(), Ok(None));
    assert!(decoder.holds() <= 64, "{} bytes", decoder.holds());
}

#[test]
fn a_close_frame_is_answered_with_its_own_code_and_without_one_with_1000() {
    assert_eq!(decode(&masked(0x88, &[])), Ok(vec![Incoming::Close(1000)]));
    for code in [1000, 1001, 1003, 1007, 1014, 3000, 4999] {
        let payload = [&u16::to_be_bytes(code)[..], "再见".as_bytes()].concat();
        assert_eq!(decode(&masked(0x88, &payload)), Ok(vec![Incoming::Close(code)]));
    }
}

#[test]
fn an_idle_decoder_holds_no_memory() {
    let mut decoder = Decoder::default();
    decoder.feed(&masked(0x81, &vec![b'x'; 10_000]));
    assert!(decoder.decode().expect("valid").is_some());
    assert_eq!(decoder.holds(), 0);
}

/// One thing that an honest peer may send, as frames.
#[derive(Clone, Debug)]
enum Sent {
    /// A text, the places where it is cut into fragments, and the pings between them.
    Text(String, Vec<usize>),
    Ping(Vec<u8>),
    Pong(Vec<u8>),
}

impl Sent {
    fn frames(&self) -> Vec<u8> {
        match self {
            Self::Ping(payload) => masked(0x89, payload),
            Self::Pong(payload) => masked(0x8A, payload),
            Self::Text(text, cuts) => {
                let mut cuts: Vec<_> = cuts.iter().map(|cut| cut % (text.len() + 1)).collect();
                cuts.sort_unstable();
                let (mut bytes, mut from) = (Vec::new(), 0);
                for (index, cut) in cuts.iter().enumerate() {
                    bytes.extend(masked(u8::from(index == 0), &text.as_bytes()[from..*cut]));
                    bytes.extend(masked(0x89, b"between"));
                    from = *cut;
                }
                let first = if cuts.is_empty() { 0x81 } else { 0x80 };
                bytes.extend(masked(first, &text.as_bytes()[from..]));
                bytes
            }
        }
    }

    fn decoded(&self) -> Vec<Incoming> {
        match self {
            Self::Ping(payload) => vec![Incoming::Ping(payload.clone())],
            Self::Pong(_) => vec![Incoming::Pong],
            Self::Text(text, cuts) => {
                let mut all = vec![Incoming::Ping(b"between".to_vec()); cuts.len()];
                all.push(Incoming::Text(text.clone()));
                all
            }
        }
    }
}

fn sent() -> impl Strategy<Value = Sent> {
    let control = || prop::collection::vec(any::<u8>(), 0..=125);
    prop_oneof![
        (".{0,300}", prop::collection::vec(any::<usize>(), 0..5)).prop_map(|(text, cuts)| Sent::Text(text, cuts)),
        control().prop_map(Sent::Ping),
        control().prop_map(Sent::Pong),
    ]
}

/// Feeds the bytes in pieces of these lengths, over and over.
fn decode_in_pieces(mut bytes: &[u8], pieces: &[usize]) -> Result<Vec<Incoming>, CloseCode> {
    let (mut decoder, mut all) = (Decoder::default(), Vec::new());
    for piece in pieces.iter().cycle() {
        let (now, later) = bytes.split_at((*piece).min(bytes.len()));
        decoder.feed(now);
        while let Some(incoming) = decoder.decode()? {
            all.push(incoming);
        }
        bytes = later;
        if bytes.is_empty() {
            break;
        }
    }
    Ok(all)
}

proptest! {
    #[test]
    fn what_was_sent_is_decoded_however_it_is_cut(
        sent in prop::collection::vec(sent(), 0..8),
        pieces in prop::collection::vec(1usize..200, 1..8),
    ) {
        let bytes: Vec<u8> = sent.iter().flat_map(Sent::frames).collect();
        let expected: Vec<Incoming> = sent.iter().flat_map(Sent::decoded).collect();
        prop_assert_eq!(decode_in_pieces(&bytes, &pieces), Ok(expected.clone()));
        prop_assert_eq!(decode(&bytes), Ok(expected));
    }

    #[test]
    fn whatever_comes_the_cuts_do_not_change_what_is_said_to_it(
        bytes in prop::collection::vec(prop_oneof![Just(0x81u8), Just(0x80), Just(0x01), Just(0x89), any::<u8>()], 0..400),
        pieces in prop::collection::vec(1usize..50, 1..4),
    ) {
        prop_assert_eq!(decode_in_pieces(&bytes, &pieces), decode(&bytes));
    }
}
