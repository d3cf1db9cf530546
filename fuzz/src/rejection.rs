//! Stands for `server::command::rejection`, which knows everything that can go wrong in the server.

use app::protocol::{ErrorCode, Rejection};

pub fn rejection(code: ErrorCode, message: &str) -> Rejection {
    Rejection {
        code,
        message: message.to_owned(),
        retry_after_ms: None,
    }
}

pub fn bad_frame() -> Rejection {
    rejection(ErrorCode::BadFrame, "this is no frame of the protocol")
}
