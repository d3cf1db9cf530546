//! The opening handshake (RFC 6455, section 4.2): whether a request may become a WebSocket connection, and the answer to it. No I/O;
//! open to Autobahn (`tests/autobahn`).

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderValue, StatusCode, Version, header};
use sha1::{Digest as _, Sha1};

/// Appended to the client's key (RFC 6455, section 1.3).
const GUID: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// The answer to a request that may be upgraded.
///
/// # Errors
/// The answer to a request that may not.
pub fn answer(version: Version, headers: &HeaderMap) -> Result<Response, Box<Response>> {
    let accept = accept(version, headers)?;
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
    Ok(response)
}

/// Checks the request; gives the key's answer.
fn accept(version: Version, headers: &HeaderMap) -> Result<HeaderValue, Box<Response>> {
    let refuse = |status: StatusCode, sentence: &'static str| Box::new((status, sentence).into_response());
    if !names(headers, header::UPGRADE, "websocket") || !names(headers, header::CONNECTION, "upgrade") {
        return Err(refuse(StatusCode::UPGRADE_REQUIRED, "this address speaks WebSocket"));
    }
    if version < Version::HTTP_11 || headers.get_all(header::HOST).iter().count() != 1 {
        return Err(refuse(StatusCode::BAD_REQUEST, "HTTP/1.1 and one Host are needed"));
    }
    if only(headers, header::SEC_WEBSOCKET_VERSION).is_none_or(|version| version != "13") {
        let mut response = refuse(StatusCode::BAD_REQUEST, "this server speaks WebSocket version 13");
        response
            .headers_mut()
            .insert(header::SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
        return Err(response);
    }
    let Some(key) = only(headers, header::SEC_WEBSOCKET_KEY) else {
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

/// A header that may stand there once.
fn only(headers: &HeaderMap, header: header::HeaderName) -> Option<&HeaderValue> {
    let mut values = headers.get_all(header).iter();
    values.next().filter(|_| values.next().is_none())
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
