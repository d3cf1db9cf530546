//! The limits fit into each other.

use crate::protocol::{
    ClientFrame, ClientMessageId, Command, Hello, Number, RequestId, RoomId, Seq, UserId,
    limits::{
        BODY_CHARS, CLIENT_MESSAGE_ID_CHARS, FRAME_BYTES, HEARTBEAT_SECONDS, POLL_WAIT_SECONDS, ROOM_NAME_CHARS,
        SILENCE_SECONDS, TOPIC_CHARS, WATCHED_PEOPLE, WATCHED_ROOMS,
    },
};

/// The largest integer that every JSON reader keeps exact.
const LARGEST: u64 = (1 << 53) - 1;

fn bytes(command: Command) -> usize {
    serde_json::to_string(&ClientFrame {
        id: RequestId(LARGEST),
        command,
    })
    .unwrap()
    .len()
}

fn longest_post(character: &str) -> Command {
    Command::PostMessage {
        room: RoomId(LARGEST),
        client_message_id: ClientMessageId("x".repeat(CLIENT_MESSAGE_ID_CHARS)),
        body: character.repeat(BODY_CHARS),
        read: Some(Number(LARGEST)),
    }
}

#[test]
fn the_longest_message_in_every_script_fits_into_a_frame() {
    // Characters of up to six bytes of JSON: four of UTF-8, or an escape. Only a client that writes characters beyond
    // U+FFFF as two escapes (twelve bytes) can exceed the frame with a body that is short enough.
    for character in ["a", "é", "鹊", "🎉", "\"", "\n", "\u{1}"] {
        assert!(bytes(longest_post(character)) <= FRAME_BYTES, "{character:?}");
    }
}

#[test]
fn the_largest_hello_and_the_largest_screen_fit_into_a_frame() {
    let watch = (0..WATCHED_ROOMS as u64)
        .map(|room| (RoomId(LARGEST - room), Some(Seq(LARGEST))))
        .collect();
    assert!(
        bytes(Command::Hello(Hello {
            protocol: 1,
            watch,
            ..Hello::default()
        })) <= FRAME_BYTES
    );
    let users = (0..WATCHED_PEOPLE as u64).map(|user| UserId(LARGEST - user)).collect();
    assert!(bytes(Command::WatchPresence { users }) <= FRAME_BYTES);
}

#[test]
fn names_and_topics_fit_into_a_frame() {
    let (name, topic) = ("\u{1}".repeat(ROOM_NAME_CHARS), "\u{1}".repeat(TOPIC_CHARS));
    assert!(bytes(Command::CreateRoom { name, topic }) <= FRAME_BYTES);
}

#[test]
fn a_dead_line_is_noticed_within_thirty_seconds_and_a_slow_one_is_not_called_dead() {
    const { assert!(SILENCE_SECONDS <= 30) };
    const { assert!(SILENCE_SECONDS > 2 * HEARTBEAT_SECONDS) };
    const { assert!(POLL_WAIT_SECONDS < 30) };
}

#[test]
fn the_senders_name_for_a_message_keeps_to_its_form() {
    for good in ["a", "A-Z_09", &"x".repeat(CLIENT_MESSAGE_ID_CHARS)] {
        assert!(ClientMessageId(good.into()).is_well_formed(), "{good}");
    }
    for bad in ["", "a b", "a.b", "é", "a\n", &"x".repeat(CLIENT_MESSAGE_ID_CHARS + 1)] {
        assert!(!ClientMessageId(bad.into()).is_well_formed(), "{bad:?}");
    }
}
