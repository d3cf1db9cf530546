//! From an HTTP request to a WebSocket connection (RFC 6455, section 4.2).
//!
//! The stream is taken back from the HTTP stack, so that the hub can write to it directly and an idle connection
//! holds no buffers.

use std::panic::AssertUnwindSafe;

use axum::{
    body::Body,
    extract::Request,
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use futures::FutureExt as _;
use http::{HeaderMap, HeaderValue, StatusCode, Version, header};
use hyper_util::rt::TokioIo;
use sha1::{Digest as _, Sha1};
use tracing::{Instrument as _, debug, error, field, info_span};

use super::connection;
use crate::{command::Actor, context::Context, door::Guest};

/// Appended to the client's key (RFC 6455, section 1.3).
const GUID: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// Answers an upgrade request of somebody who is signed in, and serves the connection in a task of its own.
pub fn upgrade(context: Context, actor: Actor, mut request: Request) -> Response {
    let accept = match accept(request.version(), request.headers()) {
        Ok(accept) => accept,
        Err(refusal) => return *refusal,
    };
    let upgrading = hyper::upgrade::on(&mut request);
    // No child of the request's span: that would be kept as long as the connection.
    let span = info_span!(parent: None, "connection", connection = field::Empty, user = %actor.id());
    let tasks = context.connections.clone();
    tasks.spawn(
        async move {
            let upgraded = match upgrading.await {
                Ok(upgraded) => upgraded,
                Err(error) => {
                    debug!(%error, "the upgrade was not completed");
                    return;
                }
            };
            match upgraded.downcast::<TokioIo<Guest>>() {
                Ok(parts) => {
                    // A copy, almost always of nothing: the HTTP stack's buffer would live as long as the connection.
                    let received = parts.read_buf.to_vec();
                    drop(parts.read_buf);
                    // The place is kept as long as the line.
                    let (line, _place) = parts.io.into_inner().into_parts();
                    let doors = context.telemetry.doors.clone();
                    let serving = connection::serve(context, actor, line, received);
                    if AssertUnwindSafe(serving).catch_unwind().await.is_err() {
                        doors.panicked();
                        error!("a connection ended by a panic");
                    }
                }
                Err(_) => debug!("the connection did not come in through the door"),
            }
        }
        .instrument(span),
    );
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
    response
}

/// Checks the handshake; gives the key's answer.
fn accept(version: Version, headers: &HeaderMap) -> Result<HeaderValue, Box<Response>> {
    let refuse = |status: StatusCode, sentence: &'static str| Box::new((status, sentence).into_response());
    if !names(headers, header::UPGRADE, "websocket") || !names(headers, header::CONNECTION, "upgrade") {
        return Err(refuse(StatusCode::UPGRADE_REQUIRED, "this address speaks WebSocket"));
    }
    if version < Version::HTTP_11 || headers.get_all(header::HOST).iter().count() != 1 {
        return Err(refuse(StatusCode::BAD_REQUEST, "HTTP/1.1 and one Host are needed"));
    }
    if !names(headers, header::SEC_WEBSOCKET_VERSION, "13") {
        let mut response = refuse(StatusCode::BAD_REQUEST, "this server speaks WebSocket version 13");
        response
            .headers_mut()
            .insert(header::SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
        return Err(response);
    }
    let mut keys = headers.get_all(header::SEC_WEBSOCKET_KEY).iter();
    let (Some(key), None) = (keys.next(), keys.next()) else {
        return Err(refuse(StatusCode::BAD_REQUEST, "one Sec-WebSocket-Key is needed"));
    };
    if STANDARD.decode(key.as_bytes()).map(|bytes| bytes.len()) != Ok(16) {
        return Err(refuse(
            StatusCode::BAD_REQUEST,
            "Sec-WebSocket-Key must be 16 bytes in base64",
        ));
    }
    let digest = Sha1::new().chain_update(key.as_bytes()).chain_update(GUID).finalize();
    Ok(HeaderValue::from_str(&STANDARD.encode(digest)).expect("base64 is a header value"))
}

/// Whether a comma-separated header names this token, in whatever case.
fn names(headers: &HeaderMap, header: header::HeaderName, token: &str) -> bool {
    let values = headers.get_all(header).iter().filter_map(|value| value.to_str().ok());
    values
        .flat_map(|value| value.split(','))
        .any(|value| value.trim().eq_ignore_ascii_case(token))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn handshake() -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static("chat.example"));
        headers.insert(header::UPGRADE, HeaderValue::from_static("WebSocket"));
        headers.insert(header::CONNECTION, HeaderValue::from_static("keep-alive, Upgrade"));
        headers.insert(header::SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
        headers.insert(
            header::SEC_WEBSOCKET_KEY,
            HeaderValue::from_static("dGhlIHNhbXBsZSBub25jZQ=="),
        );
        headers
    }

    fn refused(headers: &HeaderMap) -> Option<StatusCode> {
        accept(Version::HTTP_11, headers)
            .err()
            .map(|response| response.status())
    }

    #[test]
    fn the_example_of_the_standard_is_accepted() {
        let accepted = accept(Version::HTTP_11, &handshake()).ok();
        assert_eq!(accepted, Some(HeaderValue::from_static("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")));
    }

    #[test]
    fn a_handshake_that_lacks_something_is_refused() {
        for (name, status) in [
            (header::UPGRADE, StatusCode::UPGRADE_REQUIRED),
            (header::CONNECTION, StatusCode::UPGRADE_REQUIRED),
            (header::HOST, StatusCode::BAD_REQUEST),
            (header::SEC_WEBSOCKET_VERSION, StatusCode::BAD_REQUEST),
            (header::SEC_WEBSOCKET_KEY, StatusCode::BAD_REQUEST),
        ] {
            let mut headers = handshake();
            headers.remove(&name);
            assert_eq!(refused(&headers), Some(status), "{name}");
        }
        let old = accept(Version::HTTP_10, &handshake())
            .err()
            .map(|response| response.status());
        assert_eq!(old, Some(StatusCode::BAD_REQUEST));
    }

    #[test]
    fn two_keys_or_a_short_one_are_refused() {
        let mut headers = handshake();
        headers.append(
            header::SEC_WEBSOCKET_KEY,
            HeaderValue::from_static("dGhlIHNhbXBsZSBub25jZQ=="),
        );
        assert_eq!(refused(&headers), Some(StatusCode::BAD_REQUEST));
        headers.insert(header::SEC_WEBSOCKET_KEY, HeaderValue::from_static("c2hvcnQ="));
        assert_eq!(refused(&headers), Some(StatusCode::BAD_REQUEST));
    }
}
