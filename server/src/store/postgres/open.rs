//! Opens a database: finds the server, checks that it will do, migrates, begins or finds the epoch.

use std::{sync::Arc, time::Duration};

use app::protocol::Timestamp;
use deadpool_postgres::{Object, Pool};
use tokio_postgres::error::SqlState;

use super::{
    address::Address,
    epoch::{Home, Place},
    error::Trouble,
    migrations, pool,
    tls::Trust,
};

/// Connections that a node has at most. A server allows 100 in all, unless its `max_connections` says otherwise.
const CONNECTIONS: usize = 16;
/// How long a call may wait for one of them. Then it is told to come back.
const PATIENCE: Duration = Duration::from_secs(20);
/// The oldest version that will do, as the server numbers itself.
const OLDEST: i32 = 150_000;

/// How to use a database.
#[derive(Clone, Copy, Debug)]
pub struct PostgresOptions {
    /// Connections at most; 16 unless said otherwise.
    pub connections: usize,
    /// How long a call may wait for one; 20 seconds unless said otherwise.
    pub patience: Duration,
}

impl Default for PostgresOptions {
    fn default() -> Self {
        Self {
            connections: CONNECTIONS,
            patience: PATIENCE,
        }
    }
}

/// Why a database could not be opened. Each is one sentence for the person who started the server, without the password.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The URL says nothing that makes sense.
    #[error("the address of the database has to look like postgres://USER:PASSWORD@HOST:PORT/NAME")]
    Address,
    /// No certificate is trusted on this system.
    #[error("the database is to be reached with TLS, and this system trusts no certificate (SSL_CERT_FILE names some)")]
    NothingTrusted,
    /// TLS does not work.
    #[error("cannot encrypt: {0}")]
    Encryption(String),
    /// Nobody answers there, or not in time.
    #[error("cannot reach the database server at {server}: {what}")]
    Unreachable {
        /// Host and port.
        server: String,
        /// What the system said.
        what: String,
    },
    /// Somebody answers there who does not prove to be that server.
    #[error(
        "the database server at {server} shows no certificate for that name that is trusted (SSL_CERT_FILE names some): {what}"
    )]
    Untrusted {
        /// Host and port.
        server: String,
        /// What is wrong with it.
        what: String,
    },
    /// Wrong name or password, or they are not let in.
    #[error("the database server at {server} does not let {user} in: {what}")]
    Unwelcome {
        /// Host and port.
        server: String,
        /// As whom.
        user: String,
        /// What it said.
        what: String,
    },
    /// There is no such database.
    #[error("there is no database {name} on {server}")]
    Missing {
        /// Its name.
        name: String,
        /// Host and port.
        server: String,
    },
    /// The server is too old.
    #[error("the database server is PostgreSQL {found}; Magpie needs 15 or newer")]
    Old {
        /// What it calls itself.
        found: String,
    },
    /// The database cannot hold every text.
    #[error("the database has the encoding {found}; Magpie needs UTF8")]
    Encoding {
        /// Which it has.
        found: String,
    },
    /// The server follows another one.
    #[error("the database server at {server} is a standby, which cannot be written")]
    Standby {
        /// Host and port.
        server: String,
    },
    /// Its tables are of another program.
    #[error("{name} is not a database of Magpie: {what}")]
    NotADatabase {
        /// Its name.
        name: String,
        /// What was in the way.
        what: String,
    },
    /// A newer version has been here.
    #[error("the database was last opened by a newer version of Magpie (it has migration {migration})")]
    Newer {
        /// The first migration that this version does not know.
        migration: String,
    },
    /// A migration was edited after it was applied.
    #[error("migration {migration} differs from the one that made this database")]
    Altered {
        /// Its name.
        migration: String,
    },
    /// Anything else.
    #[error("cannot open the database: {0}")]
    Postgres(String),
}

/// A database that is ready.
pub(super) struct Opened {
    pub(super) pool: Pool,
    pub(super) home: Arc<Home>,
    pub(super) place: Place,
}

/// Opens the database, makes its tables or migrates them, and gives its epoch. `now` dates what is made.
pub(super) async fn open(
    url: &str,
    options: PostgresOptions,
    trust: Trust<'_>,
    now: Timestamp,
) -> Result<Opened, OpenError> {
    let address = Address::parse(url)?;
    let home = Arc::<Home>::default();
    let pool = pool::build(&address, options, trust, Arc::clone(&home))?;
    let mut client = pool::take(&pool).await.map_err(|trouble| told_of(&address, trouble))?;
    check(&client, &address).await?;
    let place = migrations::run(&mut client, now)
        .await
        .map_err(|error| foreign(&address, error))?;
    drop(client);
    home.settle(place.clone());
    Ok(Opened { pool, home, place })
}

async fn check(client: &Object, address: &Address) -> Result<(), OpenError> {
    let row = client
        .query_one(
            "SELECT current_setting('server_version_num')::integer, current_setting('server_version'),
                 current_setting('server_encoding'), pg_is_in_recovery(), current_setting('fsync')",
            &[],
        )
        .await?;
    let (number, version, encoding): (i32, String, String) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
    if number < OLDEST {
        return Err(OpenError::Old { found: version });
    }
    if encoding != "UTF8" {
        return Err(OpenError::Encoding { found: encoding });
    }
    if row.try_get(3)? {
        return Err(OpenError::Standby {
            server: address.server(),
        });
    }
    if row.try_get::<_, &str>(4)? == "off" {
        tracing::warn!(
            "the database server does not wait for its disk (fsync is off): a power cut can take what was acknowledged"
        );
    }
    Ok(())
}

impl From<tokio_postgres::Error> for OpenError {
    fn from(error: tokio_postgres::Error) -> Self {
        match Trouble::from(error) {
            Trouble::Told { code, message } if code == SqlState::DUPLICATE_TABLE => Self::NotADatabase {
                name: String::new(),
                what: message,
            },
            other => Self::Postgres(other.to_string()),
        }
    }
}

/// Tells which database it is that holds something else.
fn foreign(address: &Address, error: OpenError) -> OpenError {
    match error {
        OpenError::NotADatabase { what, .. } => OpenError::NotADatabase {
            name: address.database().to_owned(),
            what,
        },
        other => other,
    }
}

/// Gives the usual troubles of a first connection their names.
fn told_of(address: &Address, trouble: Trouble) -> OpenError {
    let server = address.server();
    match trouble {
        Trouble::Told { code, message } => match code {
            SqlState::INVALID_PASSWORD | SqlState::INVALID_AUTHORIZATION_SPECIFICATION => OpenError::Unwelcome {
                server,
                user: address.user().to_owned(),
                what: message,
            },
            SqlState::INVALID_CATALOG_NAME => OpenError::Missing {
                name: address.database().to_owned(),
                server,
            },
            _ => OpenError::Unreachable { server, what: message },
        },
        Trouble::Untrusted(what) => OpenError::Untrusted { server, what },
        Trouble::Untold(what) => OpenError::Unreachable { server, what },
    }
}
