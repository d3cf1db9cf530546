//! What is posted: the same 128 bytes of text everywhere, each server in its own words.

use crate::frame::{self, MARK};

/// Bytes of text in one message.
pub const BODY_BYTES: usize = 128;

/// The text: it bears the mark once.
pub fn body() -> String {
    let mut body = String::from(char::from(MARK));
    body.extend(std::iter::repeat_n("to be, or not to be ".chars(), BODY_BYTES).flatten());
    body.truncate(BODY_BYTES);
    body
}

/// Asks the raw writer for one frame to everyone. Its length is fixed.
pub fn raw() -> Vec<u8> {
    frame::text("go")
}

/// To the Node server, that sends on whatever it gets.
pub fn node() -> Vec<u8> {
    frame::text(&format!(r#"{{"name":"ann","body":"{}"}}"#, body()))
}

/// To Magpie. `key` has to be new for each message of a sender.
pub fn magpie(room: u64, key: u64) -> Vec<u8> {
    let body = body();
    frame::text(&format!(
        r#"{{"id":{key},"type":"post_message","room":{room},"client_message_id":"bench-{key:016}","body":"{body}"}}"#
    ))
}

/// The frame by which Magpie tells everyone: what the raw writer writes, so that both send as much.
pub fn as_magpie_sends_it() -> Vec<u8> {
    let body = body();
    let payload = format!(
        r#"{{"type":"changes","feed":"room:1","after":1234,"to":1235,"items":[{{"kind":"message","number":1000,"changed":1235,"author":12,"client_message_id":"bench-{:016}","body":"{body}","posted_at":1795000000000}}]}}"#,
        1_000
    );
    let length = u16::try_from(payload.len()).expect("a few hundred bytes");
    let mut frame = vec![0x81, 126];
    frame.extend(length.to_be_bytes());
    frame.extend(payload.as_bytes());
    frame
}
