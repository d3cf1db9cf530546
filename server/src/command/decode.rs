//! From text to a typed frame; and when that fails, to an answer that helps.

use app::protocol::{ClientFrame, ErrorCode, Rejection, RequestId};
use serde_json::Value;

use super::rejection::{bad_frame, rejection};

/// Every command's name on the wire. A test compares it with the types.
pub const NAMES: [&str; 21] = [
    "hello",
    "watch",
    "unwatch",
    "watch_presence",
    "set_typing",
    "post_message",
    "edit_message",
    "delete_message",
    "mark_read",
    "create_room",
    "join_room",
    "leave_room",
    "rename_room",
    "set_topic",
    "remove_member",
    "set_name",
    "list_rooms",
    "find_room",
    "get_messages",
    "get_members",
    "get_users",
];

/// Reads one frame. A frame that cannot be read is refused with its `id`, if that much can be read.
pub fn decode(text: &str) -> Result<ClientFrame, (Option<RequestId>, Rejection)> {
    serde_json::from_str(text).map_err(|_| explain(text))
}

fn explain(text: &str) -> (Option<RequestId>, Rejection) {
    let Ok(Value::Object(frame)) = serde_json::from_str(text) else {
        return (None, bad_frame());
    };
    let id = frame.get("id").and_then(Value::as_u64).map(RequestId);
    let unknown = matches!(frame.get("type"), Some(Value::String(name)) if !NAMES.contains(&name.as_str()));
    let refusal = if unknown {
        rejection(ErrorCode::UnknownType, "this server knows no such type")
    } else {
        bad_frame()
    };
    (id, refusal)
}

#[cfg(test)]
mod tests {
    use app::protocol::{Command, RoomId};

    use super::*;

    fn refused(text: &str) -> (Option<u64>, ErrorCode) {
        let (id, rejection) = decode(text).unwrap_err();
        (id.map(|id| id.0), rejection.code)
    }

    #[test]
    fn a_frame_is_read_and_unknown_fields_are_ignored() {
        let frame = decode(r#"{"type":"join_room","id":7,"room":3,"colour":"blue"}"#).unwrap();
        assert_eq!(
            frame,
            ClientFrame {
                id: RequestId(7),
                command: Command::JoinRoom { room: RoomId(3) }
            }
        );
    }

    #[test]
    fn what_is_no_frame_is_refused_without_id() {
        for text in [
            "",
            "hello",
            "[]",
            "null",
            "1",
            r#"{"id":1,"type":"join_room""#,
            "\u{feff}{}",
        ] {
            assert_eq!(refused(text), (None, ErrorCode::BadFrame), "{text}");
        }
    }

    #[test]
    fn wrong_and_missing_fields_are_refused_with_the_id() {
        for text in [
            r#"{"id":7,"type":"join_room"}"#,
            r#"{"id":7,"type":"join_room","room":"3"}"#,
            r#"{"id":7,"type":"join_room","room":-1}"#,
            r#"{"id":7,"type":3}"#,
            r#"{"id":7}"#,
            r#"{"id":7,"type":"hello","protocol":1,"watch":{"general":1}}"#,
        ] {
            assert_eq!(refused(text), (Some(7), ErrorCode::BadFrame), "{text}");
        }
    }

    #[test]
    fn an_id_that_is_no_integer_is_no_id() {
        for id in [r#""7""#, "-1", "1.5", "null", "[7]"] {
            assert_eq!(
                refused(&format!(r#"{{"id":{id},"type":"join_room","room":3}}"#)),
                (None, ErrorCode::BadFrame)
            );
        }
    }

    #[test]
    fn an_unknown_type_is_told_from_a_broken_frame() {
        assert_eq!(
            refused(r#"{"id":7,"type":"make_coffee"}"#),
            (Some(7), ErrorCode::UnknownType)
        );
        assert_eq!(refused(r#"{"type":"make_coffee"}"#), (None, ErrorCode::UnknownType));
    }

    #[test]
    fn deep_nesting_is_refused_and_costs_nothing() {
        let text = format!(r#"{{"id":7,"type":"join_room","room":{}"#, "[".repeat(60_000));
        assert_eq!(refused(&text), (None, ErrorCode::BadFrame));
    }

    #[test]
    fn every_name_is_known_to_the_types() {
        for name in NAMES {
            let error = serde_json::from_str::<Command>(&format!(r#"{{"type":"{name}"}}"#)).err();
            let unknown = error.is_some_and(|error| error.to_string().contains("unknown variant"));
            assert!(!unknown, "{name}");
        }
    }
}
