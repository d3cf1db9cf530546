//! The frame decoder: however the bytes are cut, the same is said to them, and it holds no more than it was given.
#![no_main]

use app::protocol::{CloseCode, limits::FRAME_BYTES};
use fuzz::codec::{Decoder, Incoming};
use libfuzzer_sys::fuzz_target;

fn decode(bytes: &[u8], piece: usize) -> Result<Vec<Incoming>, CloseCode> {
    let (mut decoder, mut all) = (Decoder::default(), Vec::new());
    for piece in bytes.chunks(piece) {
        decoder.feed(piece);
        while let Some(incoming) = decoder.decode()? {
            all.push(incoming);
        }
        // Vectors grow by doubling.
        assert!(decoder.holds() <= 4 * bytes.len().max(16) && decoder.holds() <= 4 * FRAME_BYTES + 4 * piece.len());
    }
    Ok(all)
}

fuzz_target!(|bytes: &[u8]| {
    let Some((first, bytes)) = bytes.split_first() else { return };
    let whole = decode(bytes, bytes.len().max(1));
    assert_eq!(decode(bytes, usize::from(*first).max(1)), whole);
    if let Ok(all) = whole {
        for incoming in all {
            match incoming {
                Incoming::Text(text) => assert!(text.len() <= FRAME_BYTES),
                Incoming::Binary(_) => unreachable!("the chat takes none"),
                Incoming::Ping(payload) => assert!(payload.len() <= 125),
                Incoming::Pong => {}
                Incoming::Close(code) => assert!((1000..5000).contains(&code)),
            }
        }
    }
});
