//! Where the database server is, and as whom to go there.

use std::time::Duration;

use tokio_postgres::{
    Config,
    config::{Host, SslMode},
};

use super::open::OpenError;

/// How long the server may take to accept a connection.
pub(super) const CONNECT_PATIENCE: Duration = Duration::from_secs(5);
/// Silence on a connection after which the system asks whether the other side is still there.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(10);
/// Between two such questions.
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(5);
/// Questions without an answer after which the connection is dead.
const KEEPALIVE_TRIES: u32 = 3;
/// How long what was sent may stay unconfirmed by the other side's system before the connection is dead.
const UNCONFIRMED_PATIENCE: Duration = Duration::from_secs(20);

/// A database URL, understood. Its password is in `config`, which does not show it, and goes nowhere else.
#[derive(Debug)]
pub(super) struct Address {
    pub(super) config: Config,
}

impl Address {
    /// Understands `postgres://user:password@host:port/name?sslmode=require`. Neither the URL nor a part of it is in the error.
    pub(super) fn parse(url: &str) -> Result<Self, OpenError> {
        let mut config: Config = url.parse().map_err(|_| OpenError::Address)?;
        if config.get_hosts().is_empty() {
            return Err(OpenError::Address);
        }
        if config.get_application_name().is_none() {
            config.application_name("magpie");
        }
        config
            .connect_timeout(CONNECT_PATIENCE)
            .keepalives(true)
            .keepalives_idle(KEEPALIVE_IDLE)
            .keepalives_interval(KEEPALIVE_INTERVAL)
            .keepalives_retries(KEEPALIVE_TRIES)
            .tcp_user_timeout(UNCONFIRMED_PATIENCE);
        Ok(Self { config })
    }

    /// Whether the connection has to be encrypted.
    pub(super) fn is_encrypted(&self) -> bool {
        self.config.get_ssl_mode() == SslMode::Require
    }

    /// The server, for sentences: `host:port`.
    pub(super) fn server(&self) -> String {
        let ports = self.config.get_ports();
        let named = self.config.get_hosts().iter().enumerate().map(|(index, host)| {
            // One port may stand for all hosts.
            let port = ports.get(index).or(ports.first()).copied().unwrap_or(5432);
            match host {
                Host::Tcp(name) => format!("{name}:{port}"),
                Host::Unix(folder) => format!("{} (port {port})", folder.display()),
            }
        });
        named.collect::<Vec<_>>().join(", ")
    }

    /// The name of the database.
    pub(super) fn database(&self) -> &str {
        self.config.get_dbname().unwrap_or_else(|| self.user())
    }

    /// As whom.
    pub(super) fn user(&self) -> &str {
        self.config.get_user().unwrap_or("(unnamed)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_server_and_database_and_keeps_the_password() {
        let address = Address::parse("postgres://ann:secret@db.example:6543/chat?sslmode=require").unwrap();
        assert_eq!(
            (address.server().as_str(), address.database()),
            ("db.example:6543", "chat")
        );
        assert!(address.is_encrypted());
        assert!(!format!("{:?}", address.config).contains("secret"));
        let local = Address::parse("postgresql://ann@[::1]").unwrap();
        assert_eq!((local.server().as_str(), local.database()), ("::1:5432", "ann"));
        assert!(!local.is_encrypted());
    }

    #[test]
    fn what_is_no_address_is_refused_without_being_quoted() {
        for url in [
            "postgres://",
            "postgres://a:secret@b:port/c",
            "postgres://a:secret@b/c?secret=1",
        ] {
            let error = Address::parse(url).unwrap_err().to_string();
            assert!(!error.contains("secret") && error.contains("postgres://"), "{error}");
        }
    }
}
