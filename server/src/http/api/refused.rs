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
        let mut response = status(self.0.code).into_response();
        add_headers(&mut response, &self.0);
        with_body(response, Json(self.0))
    }
}

/// The status that goes with a code.
pub(super) const fn status(code: ErrorCode) -> StatusCode {
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

/// What HTTP has a header for is said there, too.
pub(super) fn add_headers(response: &mut Response, rejection: &Rejection) {
    let headers = response.headers_mut();
    if let Some(milliseconds) = rejection.retry_after_ms {
        headers.insert(RETRY_AFTER, HeaderValue::from(milliseconds.div_ceil(1000).max(1)));
    }
    if rejection.code == ErrorCode::NotSignedIn {
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
}

fn with_body(outer: Response, body: impl IntoResponse) -> Response {
    (outer.status(), outer.headers().clone(), body).into_response()
}
