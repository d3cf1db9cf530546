//! The one place where what went wrong inside becomes what is said outside.

use std::time::Duration;

use app::protocol::{ErrorCode, Rejection};
use tracing::error;

use crate::service::ChatError;

/// When to try again what the store did not do: troubles of disks last, but people wait.
const TROUBLE_PAUSE: Duration = Duration::from_secs(2);

/// Exhaustive on purpose: a new `ChatError` does not compile until it has a code.
impl From<ChatError> for Rejection {
    fn from(error: ChatError) -> Self {
        match error {
            ChatError::RoomNotFound => rejection(ErrorCode::RoomNotFound, "there is no such room"),
            ChatError::NotAMember => rejection(
                ErrorCode::NotAMember,
                "you are not a member of this room; join it first",
            ),
            ChatError::MessageNotFound => rejection(ErrorCode::MessageNotFound, "there is no such message"),
            ChatError::UserNotFound => {
                rejection(ErrorCode::UserNotFound, "there is no such person, or not in this room")
            }
            ChatError::NotAllowed => rejection(ErrorCode::NotAllowed, "you may not do this here"),
            ChatError::TextEmpty => rejection(ErrorCode::TextEmpty, "the text is empty"),
            ChatError::TextTooLong { limit } => rejection(
                ErrorCode::TextTooLong,
                &format!("the text is longer than {limit} characters"),
            ),
            ChatError::UnfitName => rejection(
                ErrorCode::NotAllowed,
                "names and topics are one line, without control characters and direction overrides",
            ),
            ChatError::BadClientMessageId => rejection(
                ErrorCode::BadClientMessageId,
                "a client_message_id is 1 to 64 of A-Z a-z 0-9 - _",
            ),
            ChatError::IdReused => rejection(
                ErrorCode::IdReused,
                "this client_message_id was used for another text or room",
            ),
            ChatError::TooMany { limit } => too_many(limit),
            ChatError::TooFast { retry_after } => Rejection {
                retry_after_ms: Some(whole_milliseconds(retry_after)),
                ..rejection(ErrorCode::TooFast, "too fast; come back after retry_after_ms")
            },
            ChatError::Interrupted => {
                error!("a task that writes the store ended before its time");
                unavailable()
            }
            ChatError::Store(error) => {
                error!(error = &error as &dyn std::error::Error, "the store did not do it");
                unavailable()
            }
        }
    }
}

/// A refusal with this code and sentence.
pub fn rejection(code: ErrorCode, message: &str) -> Rejection {
    Rejection {
        code,
        message: message.to_owned(),
        retry_after_ms: None,
    }
}

/// The text is no frame of the protocol.
pub fn bad_frame() -> Rejection {
    rejection(
        ErrorCode::BadFrame,
        "expected one JSON object with an integer `id`, a `type`, and that command's fields",
    )
}

/// The store could not say where a feed stands.
pub fn cannot_read(error: &(dyn std::error::Error + 'static)) -> Rejection {
    error!(error, "a feed could not be read");
    unavailable()
}

/// There is no session behind the request.
pub fn not_signed_in() -> Rejection {
    rejection(ErrorCode::NotSignedIn, "sign in first")
}

/// The request comes from a page of another site, or hides where it comes from.
pub fn origin_refused() -> Rejection {
    rejection(
        ErrorCode::NotAllowed,
        "this request does not come from a page of this server",
    )
}

/// Belongs to a connection, and this is none; or the connection has not said `hello`, or says it twice.
pub fn hello_expected() -> Rejection {
    rejection(
        ErrorCode::HelloExpected,
        "a connection begins with one `hello`, and this command needs a connection",
    )
}

/// More was asked for than the limit.
pub fn too_many(limit: usize) -> Rejection {
    rejection(ErrorCode::TooMany, &format!("at most {limit} at a time"))
}

/// The body of a request is longer than the limit.
pub fn too_big(limit: usize) -> Rejection {
    rejection(ErrorCode::BadFrame, &format!("the body is longer than {limit} bytes"))
}

/// The code as it travels, for addresses such as `/sign-in?error=text_empty`.
pub fn code_name(code: ErrorCode) -> String {
    match serde_json::to_value(code) {
        Ok(serde_json::Value::String(name)) => name,
        _ => "unknown".to_owned(),
    }
}

/// The store did not do it, or whoever was at it broke off.
pub fn unavailable() -> Rejection {
    Rejection {
        retry_after_ms: Some(whole_milliseconds(TROUBLE_PAUSE)),
        ..rejection(
            ErrorCode::Unavailable,
            "the server cannot store or read just now; a retry is safe",
        )
    }
}

/// Rounded up: who comes back at the time said must not be early.
fn whole_milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use crate::store::{Constraint, StoreError};

    use super::*;

    #[test]
    fn nothing_from_inside_is_told() {
        let secret = "no such table: messages at /var/lib/magpie.db";
        for inside in [
            StoreError::Unavailable(secret.into()),
            StoreError::Corrupt {
                table: "messages",
                detail: secret.to_owned(),
            },
            StoreError::Conflict(Constraint::TokenTaken),
        ] {
            let told = Rejection::from(ChatError::from(inside));
            assert_eq!(told.code, ErrorCode::Unavailable);
            assert!(
                !told.message.contains("table") && !told.message.contains("token"),
                "{}",
                told.message
            );
        }
    }

    #[test]
    fn the_time_to_come_back_is_rounded_up() {
        let told = Rejection::from(ChatError::TooFast {
            retry_after: Duration::from_micros(1),
        });
        assert_eq!((told.code, told.retry_after_ms), (ErrorCode::TooFast, Some(1)));
    }

    #[test]
    fn codes_are_named_as_on_the_wire() {
        assert_eq!(code_name(ErrorCode::TextTooLong), "text_too_long");
    }
}
