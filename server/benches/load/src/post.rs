//! What is posted: the same 128 bytes of text everywhere, each server in its own words.

use std::time::UNIX_EPOCH;

use crate::frame::{self, MARK};

/// Bytes of text in one message.
pub const BODY_BYTES: usize = 128;

/// The text: it bears the mark once.
pub fn body() -> String {
    body_of(BODY_BYTES)
}

fn body_of(bytes: usize) -> String {
    let text = "to be, or not to be ".chars().cycle().take(bytes - 1);
    std::iter::once(char::from(MARK)).chain(text).collect()
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
    magpie_long(room, key, BODY_BYTES)
}

/// The same with a text of so many bytes. The message's id begins with the time, as those of Magpie's own client do.
pub fn magpie_long(room: u64, key: u64, bytes: usize) -> Vec<u8> {
    let (body, now) = (body_of(bytes), UNIX_EPOCH.elapsed().unwrap_or_default().as_millis());
    frame::text(&format!(
        r#"{{"id":{key},"type":"post_message","room":{room},"client_message_id":"{now:013}-{key:08}","body":"{body}"}}"#
    ))
}

/// To Magpie: all up to this message has been read. `key` is the frame's own.
pub fn mark_read(room: u64, key: u64, number: u64) -> Vec<u8> {
    frame::text(&format!(
        r#"{{"id":{key},"type":"mark_read","room":{room},"number":{number}}}"#
    ))
}

/// The frame by which Magpie tells everyone: what the raw writer writes, so that both send as much.
pub fn as_magpie_sends_it() -> Vec<u8> {
    let payload = told(1_000, &body());
    let length = u16::try_from(payload.len()).expect("a few hundred bytes");
    let mut frame = vec![0x81, 126];
    frame.extend(length.to_be_bytes());
    frame.extend(payload.as_bytes());
    frame
}

/// What such a frame says, each time with another text: words in no order, for nobody says the same again and again.
pub fn changes(index: u64) -> String {
    const WORDS: [&str; 16] = [
        "lunch", "at", "noon", "the", "build", "is", "green", "again", "who", "has", "a", "minute", "for", "this",
        "review", "?",
    ];
    let (mut body, mut chance) = (String::new(), index + 1);
    while body.len() < BODY_BYTES {
        // Knuth's generator: the same words in each run.
        chance = chance
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        body.push_str(WORDS[(chance >> 60) as usize]);
        body.push(' ');
    }
    body.truncate(BODY_BYTES);
    told(1_000 + index, &body)
}

fn told(number: u64, body: &str) -> String {
    let (before, seq) = (number + 234, number + 235);
    format!(
        r#"{{"type":"changes","feed":"room:1","after":{before},"to":{seq},"items":[{{"kind":"message","number":{number},"changed":{seq},"author":12,"client_message_id":"1795000000000-{number:08}","body":"{body}","posted_at":{}}}]}}"#,
        1_795_000_000_000 + number * 1_237
    )
}
