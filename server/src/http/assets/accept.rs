//! Which compression a browser takes.

use axum::http::{HeaderMap, header::ACCEPT_ENCODING};

/// How a body may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Brotli: a fifth smaller than gzip.
    Brotli,
    /// gzip: for older programs, and for networks that spoil the rest.
    Gzip,
    /// As it is.
    Plain,
}

/// The smallest that the request takes.
pub fn best(request: &HeaderMap) -> Encoding {
    if takes(request, "br") {
        Encoding::Brotli
    } else if takes_gzip(request) {
        Encoding::Gzip
    } else {
        Encoding::Plain
    }
}

/// Whether gzip may be sent when there is no Brotli form of a file.
pub fn takes_gzip(request: &HeaderMap) -> bool {
    takes(request, "gzip")
}

fn takes(request: &HeaderMap, wanted: &str) -> bool {
    request
        .get_all(ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|offer| {
            let mut parts = offer.split(';').map(str::trim);
            let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(wanted));
            // `q=0` means "anything but this".
            named && !parts.any(|part| part.strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0_f32)))
        })
}
