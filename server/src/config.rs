//! What one can say on the command line, or in the environment as `MAGPIE_…`.

use std::{net::SocketAddr, num::NonZeroUsize, path::PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};

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

    /// Database: a path, or `sqlite:PATH`. Without it, `magpie.db` in the data folder.
    #[arg(long, env = "MAGPIE_DATABASE")]
    pub database: Option<String>,

    /// What an acknowledged message survives.
    #[arg(long, env = "MAGPIE_DURABILITY", value_enum, default_value_t = Durability::Full)]
    pub durability: Durability,

    /// Another address under which browsers reach this server, such as `https://chat.example.org`. May be repeated.
    #[arg(long = "origin", env = "MAGPIE_ORIGIN", value_delimiter = ',')]
    pub origins: Vec<String>,

    /// Send cookies over HTTPS only. Set it when TLS ends in front of the server.
    #[arg(long, env = "MAGPIE_SECURE_COOKIES")]
    pub secure_cookies: bool,

    /// Connections that one address may have at a time (for IPv6 one /64). Without it 1,000, and no limit for this machine
    /// itself: a proxy on it brings everybody.
    #[arg(long, env = "MAGPIE_CONNECTIONS_PER_ADDRESS")]
    pub connections_per_address: Option<NonZeroUsize>,

    /// Let everybody go as fast as they can, with as many connections as the system gives. For benchmarks and trusted networks.
    #[arg(long, env = "MAGPIE_NO_RATE_LIMITS")]
    pub no_rate_limits: bool,
}

/// What an acknowledged message survives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Durability {
    /// A power cut.
    Full,
    /// A crash of the program; a power cut may take the last moments.
    Normal,
}

impl ServeOptions {
    /// Where the database file is.
    ///
    /// # Errors
    /// A sentence, when the option names a kind of database that this program cannot use.
    pub fn database_path(&self) -> Result<PathBuf, String> {
        match self.database.as_deref() {
            None => Ok(self.data.join("magpie.db")),
            Some(url) => match url.split_once(':') {
                Some(("sqlite", path)) => Ok(PathBuf::from(path.trim_start_matches("//"))),
                Some((scheme, _)) if url.contains("://") => Err(format!(
                    "cannot use a `{scheme}` database; give a path, or `sqlite:PATH`"
                )),
                _ => Ok(PathBuf::from(url)),
            },
        }
    }
}
