//! Where NATS is, and what lets us in. What lets us in is kept apart from the address, which may be shown and logged.

use std::fmt;

use async_nats::{ConnectOptions, ServerAddr};
use percent_encoding::percent_decode_str;

/// One or several servers of one NATS, and the credentials for them.
#[derive(Clone)]
pub struct Address {
    /// Without credentials.
    servers: Vec<ServerAddr>,
    user: Option<String>,
    password: Option<String>,
}

impl Address {
    /// Reads `nats://HOST:PORT`, `tls://…`, with `USER:PASSWORD@` or `TOKEN@` before the host, or several of these with commas
    /// between them; the first that bears credentials says them for all. `None` when it is something else.
    pub fn parse(text: &str) -> Option<Self> {
        let mut address = Self {
            servers: Vec::new(),
            user: None,
            password: None,
        };
        for server in text.split(',') {
            let server: ServerAddr = server.trim().parse().ok()?;
            if !matches!(server.scheme(), "nats" | "tls") || server.host().is_empty() {
                return None;
            }
            let decoded =
                |part: Option<&str>| part.map(|part| percent_decode_str(part).decode_utf8_lossy().into_owned());
            if address.user.is_none() {
                address.user = decoded(server.username());
                address.password = decoded(server.password());
            }
            let (scheme, host, port) = (server.scheme(), server.host(), server.port());
            let host = if host.contains(':') {
                format!("[{host}]")
            } else {
                host.to_owned()
            };
            address.servers.push(format!("{scheme}://{host}:{port}").parse().ok()?);
        }
        Some(address)
    }

    /// The servers.
    pub fn servers(&self) -> Vec<ServerAddr> {
        self.servers.clone()
    }

    /// Options that let us in.
    pub fn options(&self) -> ConnectOptions {
        match (self.user.clone(), self.password.clone()) {
            (Some(user), Some(password)) => ConnectOptions::with_user_and_password(user, password),
            (Some(token), None) => ConnectOptions::with_token(token),
            (None, _) => ConnectOptions::new(),
        }
    }
}

/// The servers alone.
impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let servers: Vec<&str> = self.servers.iter().map(ServerAddr::as_url_str).collect();
        formatter.write_str(&servers.join(","))
    }
}

/// The same: credentials must not reach a log by way of `{:?}`.
impl fmt::Debug for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lets_us_in_is_never_shown() {
        let address = Address::parse("nats://magpie:p%40ss@here:4222, tls://[::1]:5222").unwrap();
        assert_eq!(
            (address.user.as_deref(), address.password.as_deref()),
            (Some("magpie"), Some("p@ss"))
        );
        for shown in [
            format!("{address}"),
            format!("{address:?}"),
            format!("{:?}", address.options()),
        ] {
            assert!(!shown.contains("ss"), "{shown}");
        }
        assert_eq!(address.to_string(), "nats://here:4222,tls://[::1]:5222");
    }

    #[test]
    fn a_name_without_a_password_is_a_token() {
        let address = Address::parse("nats://secret@here").unwrap();
        assert_eq!((address.user.as_deref(), address.password), (Some("secret"), None));
        assert_eq!(address.servers[0].port(), 4222);
    }

    #[test]
    fn what_is_no_address_of_nats_is_refused() {
        for text in [
            "",
            "http://here",
            "ws://here",
            "nats://",
            "nats://here,",
            "nats://here:port",
        ] {
            assert!(Address::parse(text).is_none(), "{text}");
        }
    }
}
