//! A refusal as an HTTP answer: `{"code", "message", "retry_after_ms"?}` with a fitting status.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::{
    HeaderValue, StatusCode,
    header::{RETRY_AFTER, WWW_AUTHENTICATE},
};

use app::protocol::{ErrorCode, Rejection};

/// A refusal as an HTTP answer.
#[derive(Clone, Debug)]
pub struct Refused(pub Rejection);

impl From<Rejection> for Refused {
    fn from(rejection: Rejection) -> Self {
        Self(rejection)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let Self(rejection) = self;
        let mut response = (status(rejection.code), Json(&rejection)).into_response();
        note(&mut response, &rejection);
        response
    }
}

/// The status that goes with a code.
pub const fn status(code: ErrorCode) -> StatusCode {
    match code {
        ErrorCode::BadFrame | ErrorCode::UnknownType | ErrorCode::UnsupportedProtocol | ErrorCode::HelloExpected => {
            StatusCode::BAD_REQUEST
        }
        ErrorCode::NotSignedIn => StatusCode::UNAUTHORIZED,
        ErrorCode::NotAMember | ErrorCode::NotAllowed => StatusCode::FORBIDDEN,
        ErrorCode::RoomNotFound | ErrorCode::MessageNotFound | ErrorCode::UserNotFound => StatusCode::NOT_FOUND,
        ErrorCode::IdReused => StatusCode::CONFLICT,
        ErrorCode::TextEmpty | ErrorCode::TextTooLong | ErrorCode::BadClientMessageId | ErrorCode::TooMany => {
            StatusCode::UNPROCESSABLE_ENTITY
        }
        ErrorCode::TooFast => StatusCode::TOO_MANY_REQUESTS,
        ErrorCode::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        ErrorCode::Unknown => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// What HTTP has a header for is said there, too; and the code to whoever counts.
pub fn note(response: &mut Response, rejection: &Rejection) {
    response.extensions_mut().insert(rejection.code);
    let headers = response.headers_mut();
    if let Some(milliseconds) = rejection.retry_after_ms {
        headers.insert(RETRY_AFTER, HeaderValue::from(milliseconds.div_ceil(1000).max(1)));
    }
    if rejection.code == ErrorCode::NotSignedIn {
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
}
