//! What every answer says to browsers and caches, and how text gets into an address.

use axum::{extract::Request, middleware::Next, response::Response};
use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS},
};

/// For answers that are no pages: nothing in them is to be drawn, run or framed.
const ANSWER_POLICY: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");

/// For a port that speaks TLS: browsers are not to come by plain HTTP any more, for a month from their last visit.
pub const STRICT: HeaderValue = HeaderValue::from_static("max-age=2592000");

/// Middleware for pages and API answers. Says what the handler has not said itself.
pub async fn private(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    // Private answers stay out of every cache, the browser's own included: signing out must be the end of it.
    say(headers, CACHE_CONTROL, HeaderValue::from_static("no-store"));
    say(headers, X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // Not `no-referrer`: under it browsers send `Origin: null` with a plain form, and `origin` would refuse our own.
    say(headers, REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    say(headers, X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    say(headers, CONTENT_SECURITY_POLICY, ANSWER_POLICY);
    response
}

/// The policy of a page whose inline scripts and styles bear `nonce` (base64url, see [`crate::ids::fresh_nonce`]).
pub fn page_policy(nonce: &str) -> String {
    policy(nonce, "'self'")
}

/// The same for `cargo leptos watch`, whose pages also listen on its reload port.
pub fn development_page_policy(nonce: &str, reload_port: u32) -> String {
    policy(
        nonce,
        &format!("'self' ws://127.0.0.1:{reload_port} ws://localhost:{reload_port}"),
    )
}

/// `text` as the value of a query parameter.
pub fn in_query(text: &str) -> String {
    escaped(text, |byte| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte))
}

/// `text` as one segment of a path.
pub fn in_path(text: &str) -> String {
    escaped(text, |byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
}

/// An address as it may stand in a header: what is not printable ASCII is escaped, the rest stays.
pub fn in_location(address: &str) -> String {
    escaped(address, |byte| byte.is_ascii_graphic())
}

fn policy(nonce: &str, connect: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self' 'nonce-{nonce}'; \
         connect-src {connect}; img-src 'self' data:; font-src 'self'; manifest-src 'self'; worker-src 'self'; \
         form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
}

fn say(headers: &mut HeaderMap, name: HeaderName, value: HeaderValue) {
    headers.entry(name).or_insert(value);
}

fn escaped(text: &str, stays: impl Fn(u8) -> bool) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if stays(byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_runs_only_what_bears_its_nonce() {
        let policy = page_policy("abc");
        assert!(policy.contains("script-src 'self' 'nonce-abc' 'wasm-unsafe-eval';"));
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"));
        assert!(HeaderValue::from_str(&development_page_policy("abc", 3001)).is_ok());
    }

    #[test]
    fn text_is_escaped_where_it_would_mean_something() {
        assert_eq!(in_query("/rooms/a&b?c=鹊"), "/rooms/a%26b%3Fc%3D%E9%B9%8A");
        assert_eq!(in_path("a/b"), "a%2Fb");
        assert_eq!(in_location("/rooms/鹊?a=b"), "/rooms/%E9%B9%8A?a=b");
    }
}
