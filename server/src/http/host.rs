//! Answers under no name but its own. A page anywhere can have the name of its own site lead to this machine, and would then be a page of
//! this server in its browser's eyes, inside the network that nobody else can reach (DNS rebinding). Under HTTPS no certificate fits.

use std::net::IpAddr;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{StatusCode, uri::Authority};

use super::origin::own_authority;
use crate::context::Context;

/// Suffixes that lead out of no network: nobody elsewhere can have such a name (RFC 6761, RFC 6762, RFC 8375, and `.internal`, which ICANN
/// set aside in 2024). `.lan` is what routers use all the same.
const LOCAL: [&str; 5] = [".localhost", ".local", ".home.arpa", ".internal", ".lan"];

/// Middleware: 421 for what asks for another server.
pub async fn check(State(context): State<Context>, request: Request, next: Next) -> Response {
    let host = own_authority(request.headers(), request.uri());
    match host {
        Some(host) if !context.secure_cookies && !is_ours(host.host(), &context.allowed_origins) => {
            let words = format!(
                "This server does not know that it goes by the name {0}. Whoever runs it can tell it so: --origin http://{0}",
                host.host()
            );
            (StatusCode::MISDIRECTED_REQUEST, words).into_response()
        }
        _ => next.run(request).await,
    }
}

/// Whether a name is an address, one that only means something inside a network, or that of an allowed origin.
fn is_ours(host: &str, allowed_origins: &[String]) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    let is_allowed = |origin: &String| {
        let authority = origin.split_once("://").map(|(_, rest)| rest.parse::<Authority>());
        matches!(authority, Some(Ok(authority)) if authority.host().eq_ignore_ascii_case(&host))
    };
    address.parse::<IpAddr>().is_ok()
        || !host.contains('.')
        || LOCAL.iter().any(|suffix| host.ends_with(suffix))
        || allowed_origins.iter().any(is_allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_anybody_can_have_are_not_ours_unless_we_are_told() {
        let allowed = ["https://chat.example:8443".to_owned()];
        for host in [
            "127.0.0.1",
            "[::1]",
            "localhost",
            "LOCALHOST.",
            "server",
            "chat.local",
            "a.b.internal",
            "chat.example",
            "Chat.Example",
        ] {
            assert!(is_ours(host, &allowed), "{host}");
        }
        for host in [
            "evil.example",
            "127.0.0.1.evil.example",
            "localhost.evil.example",
            "xlocal.example",
        ] {
            assert!(!is_ours(host, &allowed), "{host}");
        }
    }
}
