//! Refuses what a page of another site makes a browser send with our cookie.
//!
//! Looked at on every request that may change something, and on the WebSocket upgrade, which browsers let any page start.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{
    HeaderMap, Method, Uri,
    header::{HOST, ORIGIN, UPGRADE},
    uri::Authority,
};

use crate::{command::origin_refused, context::Context};

use super::{api::Refused, identity::Credential};

/// Middleware: 403 for what comes from elsewhere.
pub async fn check(State(context): State<Context>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let harmless = is_read(request.method()) && !headers.contains_key(UPGRADE);
    if harmless || is_ours(headers, request.uri(), &context.allowed_origins, context.secure_cookies) {
        return next.run(request).await;
    }
    Refused(origin_refused()).into_response()
}

/// Whether the request comes from a page of this server (or of an allowed origin), or from no browser at all.
///
/// An `Origin` that is named has to be ours, whatever else the request shows. One that is missing is well only where no
/// cookie is: browsers name the origin of everything that this is about, so a cookie without it hides something.
pub fn is_ours(headers: &HeaderMap, uri: &Uri, allowed_origins: &[String], secure_cookies: bool) -> bool {
    let mut origins = headers.get_all(ORIGIN).iter();
    match (origins.next(), origins.next()) {
        (None, _) => !matches!(Credential::of(headers, secure_cookies), Credential::Cookie(_)),
        (Some(origin), None) => origin.to_str().is_ok_and(|origin| {
            allowed_origins
                .iter()
                .any(|allowed| allowed.eq_ignore_ascii_case(origin))
                || is_of_host(origin, own_authority(headers, uri), secure_cookies)
        }),
        (Some(_), Some(_)) => false,
    }
}

fn is_read(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// The host that the client wanted to reach, by its own word. Two words are none.
pub(super) fn own_authority(headers: &HeaderMap, uri: &Uri) -> Option<Authority> {
    let mut hosts = headers.get_all(HOST).iter();
    match (hosts.next(), hosts.next()) {
        (Some(host), None) => host.to_str().ok()?.parse().ok(),
        (None, _) => uri.authority().cloned(),
        (Some(_), Some(_)) => None,
    }
}

/// Where cookies travel over HTTPS only, so do pages: whoever can answer in the place of `http://` is no page of ours. Else any of both
/// schemes will do, for behind a proxy the server cannot know its own. The port is compared: another program on the same machine is
/// another origin. `null` is the origin of sandboxed frames and local files, and nobody's own.
fn is_of_host(origin: &str, own: Option<Authority>, secure_cookies: bool) -> bool {
    let Some((scheme, rest)) = origin.split_once("://") else {
        return false;
    };
    let usual_port = match scheme {
        "http" if !secure_cookies => 80,
        "https" => 443,
        _ => return false,
    };
    let (Ok(theirs), Some(own)) = (rest.parse::<Authority>(), own) else {
        return false;
    };
    let place = |authority: &Authority| {
        (
            authority.host().to_ascii_lowercase(),
            authority.port_u16().unwrap_or(usual_port),
        )
    };
    // Someone's name before the host belongs into neither of them.
    !rest.contains('@') && !own.as_str().contains('@') && place(&theirs) == place(&own)
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue, header::COOKIE};

    use super::*;

    const COOKIE_SENT: (HeaderName, &str) = (COOKIE, "magpie_session=x");

    fn ours(pairs: &[(HeaderName, &str)]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(name, HeaderValue::from_str(value).unwrap());
        }
        is_ours(
            &headers,
            &Uri::from_static("/ws"),
            &["http://127.0.0.1:8080".to_owned()],
            false,
        )
    }

    fn from(origin: &str, host: &str) -> bool {
        ours(&[(ORIGIN, origin), (HOST, host), COOKIE_SENT])
    }

    #[test]
    fn pages_of_this_server_pass() {
        assert!(from("http://127.0.0.1:3000", "127.0.0.1:3000"));
        assert!(from("https://chat.example", "chat.example"));
        assert!(from("https://chat.example", "Chat.Example:443"));
        assert!(from("http://[::1]:3000", "[::1]:3000"));
    }

    #[test]
    fn where_cookies_are_secure_pages_are_too() {
        let passes = |origin: &'static str| {
            let headers = HeaderMap::from_iter([
                (ORIGIN, HeaderValue::from_static(origin)),
                (HOST, HeaderValue::from_static("chat.example")),
            ]);
            is_ours(&headers, &Uri::from_static("/ws"), &[], true)
        };
        assert!(passes("https://chat.example"));
        assert!(!passes("http://chat.example") && !passes("http://chat.example:443"));
    }

    #[test]
    fn an_allowed_origin_passes() {
        assert!(from("http://127.0.0.1:8080", "127.0.0.1:3000"));
    }

    #[test]
    fn foreign_and_look_alike_origins_are_refused() {
        for origin in [
            "https://evil.example",
            "null",
            "",
            "chat.example",
            "file://chat.example",
            "https://chat.example.evil.example",
            "https://evilchat.example",
            "https://chat.example:8443",
            "https://chat.example@evil.example",
            "https://evil.example@chat.example",
            "https://chat.example/",
            "https://chat.example.",
            "https://chat.example https://evil.example",
            "http://127.0.0.1:80800",
        ] {
            assert!(!from(origin, "chat.example"), "{origin}");
        }
    }

    #[test]
    fn an_unusual_port_is_another_origin() {
        assert!(!from("http://127.0.0.1:4000", "127.0.0.1:3000"));
        assert!(!from("http://127.0.0.1", "127.0.0.1:3000"));
    }

    #[test]
    fn a_foreign_origin_is_refused_whatever_else_is_shown() {
        let (origin, host) = ((ORIGIN, "https://evil.example"), (HOST, "chat.example"));
        assert!(!ours(&[origin.clone(), host.clone()]));
        assert!(!ours(&[origin, host, (http::header::AUTHORIZATION, "Bearer x")]));
    }

    #[test]
    fn without_an_origin_only_the_cookie_is_suspect() {
        let host = (HOST, "chat.example");
        assert!(!ours(&[host.clone(), COOKIE_SENT]));
        assert!(ours(std::slice::from_ref(&host)));
        assert!(ours(&[host.clone(), (COOKIE, "language=zh")]));
        assert!(ours(&[host, COOKIE_SENT, (http::header::AUTHORIZATION, "Bearer x")]));
    }

    #[test]
    fn two_origins_or_two_hosts_are_refused() {
        let (origin, host) = ((ORIGIN, "https://chat.example"), (HOST, "chat.example"));
        assert!(!ours(&[origin.clone(), origin.clone(), host.clone()]));
        assert!(!ours(&[origin.clone(), host.clone(), host]));
        assert!(!ours(&[origin]));
    }
}
