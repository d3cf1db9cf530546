//! What one can say on the command line, or in the environment as `MAGPIE_…`.

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
    num::NonZeroUsize,
    path::{Path, PathBuf},
};

use clap::{Args, Parser, Subcommand, ValueEnum, builder::BoolishValueParser};

/// Group chat that people run themselves: one program, one data folder, one port.
#[derive(Debug, Parser)]
#[command(name = "magpie", version, about, disable_help_subcommand = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Verb,
}

/// What the program can do.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Run the server.
    Serve(ServeOptions),
    /// Write everything that is kept into one new file, while the server runs or while it does not.
    Backup(BackupOptions),
    /// Make a data folder of a backup, or only check it.
    Restore(RestoreOptions),
    /// Measure a server that runs somewhere, with people and a room that stay there afterwards: not one that is in use.
    Bench(BenchOptions),
}

/// What to back up, and where to.
#[derive(Clone, Debug, Args)]
pub struct BackupOptions {
    /// The file to be made.
    pub file: PathBuf,

    /// Folder that holds everything that is kept.
    #[arg(long, env = "MAGPIE_DATA", default_value = "data")]
    pub data: PathBuf,

    /// Database: a path, or `sqlite:PATH`. Without it, `magpie.db` in the data folder.
    #[arg(long, env = "MAGPIE_DATABASE", hide_env_values = true)]
    pub database: Option<String>,
}

/// What to measure, and with how much.
#[derive(Clone, Debug, Args)]
pub struct BenchOptions {
    /// The server: `http://HOST:PORT`. It has to run with `--no-rate-limits`.
    pub url: String,

    /// Connections that receive; the first one sends.
    #[arg(long, env = "MAGPIE_RECEIVERS", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=60_000))]
    pub receivers: u32,

    /// Messages in a second.
    #[arg(long, env = "MAGPIE_RATE", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub rate: u32,

    /// Seconds for which messages are sent.
    #[arg(long, env = "MAGPIE_SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=3_600))]
    pub seconds: u32,
}

/// What to restore, and where to.
#[derive(Clone, Debug, Args)]
pub struct RestoreOptions {
    /// A backup, or a bare database such as those in the folder `snapshots`.
    pub file: PathBuf,

    /// Folder to be made; it must be empty if it exists.
    #[arg(long, env = "MAGPIE_DATA", default_value = "data")]
    pub data: PathBuf,

    /// Only check the backup; restore nothing.
    #[arg(long)]
    pub verify: bool,
}

/// How to run the server.
#[derive(Clone, Debug, Args)]
pub struct ServeOptions {
    /// Address and port to listen on.
    #[arg(long, env = "MAGPIE_LISTEN", default_value = "127.0.0.1:3000")]
    pub listen: SocketAddr,

    /// Folder that holds everything that is kept; made when missing.
    #[arg(long, env = "MAGPIE_DATA", default_value = "data")]
    pub data: PathBuf,

    /// Database: a path, `sqlite:PATH`, or `postgres://USER:PASSWORD@HOST:PORT/NAME`, better said in the variable. Without it,
    /// `magpie.db` in the data folder.
    #[arg(long, env = "MAGPIE_DATABASE", hide_env_values = true)]
    pub database: Option<String>,

    /// How nodes of one community tell each other what happens: `nats://HOST:PORT` or `tls://HOST:PORT`, several separated by commas, with
    /// `USER:PASSWORD@` or `TOKEN@` before the host where that is asked for. Without it there is one node.
    #[arg(long, env = "MAGPIE_BUS", hide_env_values = true)]
    pub bus: Option<BusAddress>,

    /// What an acknowledged message survives, in a SQLite database.
    #[arg(long, env = "MAGPIE_DURABILITY", value_enum, default_value_t = Durability::Full)]
    pub durability: Durability,

    /// Another address under which browsers reach this server, such as `https://chat.example.org`. May be repeated. Without HTTPS it answers
    /// under no other names but these, addresses, and those of a local network.
    #[arg(long = "origin", env = "MAGPIE_ORIGIN", value_delimiter = ',')]
    pub origins: Vec<String>,

    /// The address of a proxy in front of this server: the last address in its `X-Forwarded-For` is where people come from, by which new
    /// ones are counted. May be repeated.
    #[arg(
        long = "trusted-proxy",
        env = "MAGPIE_TRUSTED_PROXY",
        value_delimiter = ',',
        value_name = "ADDRESS"
    )]
    pub trusted_proxies: Vec<IpAddr>,

    /// The certificate that the port shows, and behind it those that lead to one that browsers know: a file in PEM. With it, and
    /// with the key, the port speaks TLS and nothing else.
    #[arg(long, env = "MAGPIE_TLS_CERTIFICATE", value_name = "FILE")]
    pub tls_certificate: Option<PathBuf>,

    /// The certificate's private key: a file in PEM.
    #[arg(long, env = "MAGPIE_TLS_KEY", value_name = "FILE")]
    pub tls_key: Option<PathBuf>,

    /// Send cookies over HTTPS only. Set it when TLS ends in front of the server.
    #[arg(long, env = "MAGPIE_SECURE_COOKIES", value_parser = BoolishValueParser::new())]
    pub secure_cookies: bool,

    /// Another address and port, where `/metrics` tells the operator's figures to whoever can reach it. Off without it.
    #[arg(long, env = "MAGPIE_METRICS_LISTEN")]
    pub metrics_listen: Option<SocketAddr>,

    /// How a line of the log looks.
    #[arg(long, env = "MAGPIE_LOG_FORMAT", value_enum, default_value_t = LogFormat::Text)]
    pub log_format: LogFormat,

    /// Connections that one address may have at a time (for IPv6 one /64). Without it 1,000, and no limit for this machine
    /// itself: a proxy on it brings everybody.
    #[arg(long, env = "MAGPIE_CONNECTIONS_PER_ADDRESS")]
    pub connections_per_address: Option<NonZeroUsize>,

    /// Let everybody go as fast as they can, with as many connections as the system gives. For benchmarks and trusted networks.
    #[arg(long, env = "MAGPIE_NO_RATE_LIMITS", value_parser = BoolishValueParser::new())]
    pub no_rate_limits: bool,
}

/// Where the bus is, and what lets us in: not to be shown.
#[derive(Clone, PartialEq, Eq)]
pub struct BusAddress(pub String);

impl From<&str> for BusAddress {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Debug for BusAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("BusAddress(…)")
    }
}

/// How a line of the log looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// A sentence with its fields.
    Text,
    /// One JSON object.
    Json,
}

/// What an acknowledged message survives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Durability {
    /// A power cut.
    Full,
    /// A crash of the program; a power cut may take the last moments.
    Normal,
}

impl BackupOptions {
    /// Where the database file is.
    ///
    /// # Errors
    /// A sentence, when the option names a kind of database that this program cannot use, or cannot back up.
    pub fn database_path(&self) -> Result<PathBuf, String> {
        match database(&self.data, self.database.as_deref())? {
            Database::Sqlite(path) => Ok(path),
            Database::Postgres(_) => {
                Err("a PostgreSQL database is backed up with PostgreSQL's own tools; use pg_dump".to_owned())
            }
        }
    }
}

impl ServeOptions {
    /// Where everything is kept.
    ///
    /// # Errors
    /// A sentence, when the option names a kind of database that this program cannot use.
    pub fn kept_in(&self) -> Result<Database, String> {
        database(&self.data, self.database.as_deref())
    }

    /// Where certificate and key are, if the port is to speak TLS.
    ///
    /// # Errors
    /// A sentence, when only one of them is named.
    pub fn tls_files(&self) -> Result<Option<(&Path, &Path)>, String> {
        match (&self.tls_certificate, &self.tls_key) {
            (Some(certificate), Some(key)) => Ok(Some((certificate, key))),
            (None, None) => Ok(None),
            (Some(_), None) => Err("--tls-certificate needs --tls-key, too".to_owned()),
            (None, Some(_)) => Err("--tls-key needs --tls-certificate, too".to_owned()),
        }
    }
}

/// Where everything is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Database {
    /// In this file.
    Sqlite(PathBuf),
    /// On a PostgreSQL server.
    Postgres(DatabaseUrl),
}

/// The URL of a database. There may be a password in it, so it shows itself to nobody by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(String);

impl DatabaseUrl {
    /// For whoever connects.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("DatabaseUrl(…)")
    }
}

fn database(data: &Path, database: Option<&str>) -> Result<Database, String> {
    let Some(url) = database else {
        return Ok(Database::Sqlite(data.join("magpie.db")));
    };
    let path = match url.split_once(':') {
        Some(("postgres" | "postgresql", rest)) if rest.starts_with("//") => {
            return Ok(Database::Postgres(DatabaseUrl(url.to_owned())));
        }
        Some(("sqlite", path)) => path.trim_start_matches("//"),
        Some((scheme, _)) if url.contains("://") => {
            return Err(format!(
                "cannot use a `{scheme}` database; give a path, `sqlite:PATH`, or `postgres://…`"
            ));
        }
        _ => url,
    };
    // To SQLite these two are databases that vanish with the process.
    if path.is_empty() || path == ":memory:" {
        return Err("a database has to be a file; give a path, or `sqlite:PATH`".to_owned());
    }
    Ok(Database::Sqlite(PathBuf::from(path)))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn every_option_is_also_a_variable_of_its_name() {
        let program = Cli::command();
        for verb in program.get_subcommands() {
            let options = verb.get_arguments().filter(|option| option.get_long().is_some());
            // What to do is said, not set.
            for option in options.filter(|option| !["help", "verify"].contains(&option.get_id().as_str())) {
                let long = option.get_long().unwrap();
                let variable = format!("MAGPIE_{}", long.to_uppercase().replace('-', "_"));
                assert_eq!(
                    option.get_env().and_then(|name| name.to_str()),
                    Some(&*variable),
                    "--{long}"
                );
                assert!(option.get_help().is_some(), "--{long} says what it does");
            }
        }
    }

    #[test]
    fn a_database_is_a_file_or_on_a_server_or_it_is_refused() {
        let kept = |database: &str| {
            let cli = Cli::parse_from(["magpie", "serve", "--data", "kept", "--database", database]);
            let Verb::Serve(options) = cli.command else {
                panic!("it says serve")
            };
            options.kept_in()
        };
        let file = |path: &str| Ok(Database::Sqlite(PathBuf::from(path)));
        assert_eq!(kept("here.db"), file("here.db"));
        assert_eq!(kept("sqlite:here.db"), file("here.db"));
        assert_eq!(kept("sqlite:///var/here.db"), file("/var/here.db"));
        for url in ["postgres://ann:secret@here/magpie", "postgresql://here"] {
            assert_eq!(kept(url), Ok(Database::Postgres(DatabaseUrl(url.to_owned()))));
            assert!(!format!("{:?}", kept(url)).contains("secret"));
        }
        for unusable in ["", ":memory:", "sqlite:", "sqlite::memory:", "mysql://here/magpie"] {
            assert!(kept(unusable).is_err(), "{unusable}");
        }
    }

    #[test]
    fn a_password_in_the_variable_is_not_shown_as_help() {
        for verb in Cli::command().get_subcommands() {
            let option = verb.get_arguments().find(|option| option.get_id() == "database");
            assert!(
                option.is_none_or(clap::Arg::is_hide_env_values_set),
                "{}",
                verb.get_name()
            );
        }
    }
}
