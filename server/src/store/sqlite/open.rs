//! Opens the database file: folder, lock, pragmas (set, read back, checked), migrations.

use std::{
    fmt, io,
    path::{Path, PathBuf},
    str::FromStr,
    time::Duration,
};

use app::protocol::{Epoch, Timestamp};
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::{epoch, lock::Lock, migrations};

/// How long a connection waits for somebody else's lock (a backup, the `sqlite3` tool) before it gives up.
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Page cache of one connection, in KiB (negative: that is how SQLite takes KiB).
const CACHE_KIB: i64 = -16 * 1024;
/// Pages in the write-ahead log after which a commit moves them into the database: 16 MiB.
const CHECKPOINT_PAGES: i64 = 4_000;
/// Pages that the log holds then: the commit that goes beyond may be a large one.
pub(super) const LOG_PAGES: u64 = 5_000;
/// Bytes to which the write-ahead log's file is cut back after a burst.
const LOG_BYTES: i64 = 64 * 1024 * 1024;
/// Statements that a connection keeps prepared; more than there are.
const STATEMENTS: usize = 128;

/// What an acknowledged write survives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// The loss of power: each commit waits for the disk.
    #[default]
    Full,
    /// The death of the process. The loss of power can take the last commits; then the epoch changes.
    Normal,
}

impl fmt::Display for Durability {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Full => "full",
            Self::Normal => "normal",
        })
    }
}

impl FromStr for Durability {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "full" => Ok(Self::Full),
            "normal" => Ok(Self::Normal),
            _ => Err("expected `full` or `normal`"),
        }
    }
}

/// How to open a database.
#[derive(Clone, Copy, Debug, Default)]
pub struct SqliteOptions {
    /// What an acknowledged write survives.
    pub durability: Durability,
}

/// Why a database could not be opened. Each is one sentence for the person who started the server.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The folder or the file cannot be made or written.
    #[error("cannot write {}: {source}", path.display())]
    Unwritable {
        /// The database.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another process has it open.
    #[error("{} is in use by another process", path.display())]
    InUse {
        /// The database.
        path: PathBuf,
    },
    /// There is no such file.
    #[error("there is no database at {}", path.display())]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// What is stored makes no sense.
    #[error("{} is damaged: {what}", path.display())]
    Damaged {
        /// The database.
        path: PathBuf,
        /// What was found first.
        what: String,
    },
    /// The file is something else.
    #[error("{} is not a database of Magpie", path.display())]
    NotADatabase {
        /// The file.
        path: PathBuf,
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
    /// SQLite did not take a setting; on some network file systems it refuses WAL.
    #[error("SQLite did not accept {pragma} = {wanted} (it is {got})")]
    Setting {
        /// The pragma.
        pragma: &'static str,
        /// What was asked for.
        wanted: String,
        /// What it answered.
        got: String,
    },
    /// No thread could be started.
    #[error("cannot start a thread: {0}")]
    Thread(io::Error),
    /// Anything else.
    #[error("cannot open the database: {0}")]
    Sqlite(rusqlite::Error),
}

/// A database that is ready: the write connection, with what belongs to it.
pub(super) struct Opened {
    /// For the writer.
    pub(super) connection: Connection,
    /// Where it is.
    pub(super) path: PathBuf,
    /// To be held as long as the connection.
    pub(super) lock: Lock,
    /// Which database it is.
    pub(super) epoch: Epoch,
}

/// Opens the database for writing, makes or migrates it, and notes that it is running.
pub(super) fn open_for_writing(path: &Path, options: SqliteOptions, now: Timestamp) -> Result<Opened, OpenError> {
    let unwritable = |source| OpenError::Unwritable {
        path: path.to_owned(),
        source,
    };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(unwritable)?;
    }
    let lock = Lock::take(path)?;
    let mut connection = prepare(path, now).map_err(|error| told_of(path, error))?;
    let epoch = epoch::begin(&mut connection, options.durability, now).map_err(|error| told_of(path, error.into()))?;
    set(&connection, "synchronous", level(options.durability)).map_err(|error| told_of(path, error))?;
    Ok(Opened {
        connection,
        path: path.to_owned(),
        lock,
        epoch,
    })
}

/// Opens one more connection, which only reads.
pub(super) fn open_for_reading(path: &Path) -> Result<Connection, OpenError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    set(&connection, "cache_size", CACHE_KIB)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}

fn prepare(path: &Path, now: Timestamp) -> Result<Connection, OpenError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    let mode: String = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    expect("journal_mode", "wal".to_owned(), mode)?;
    // Migrations and the note that the database is running must reach the disk whatever was asked for.
    set(&connection, "synchronous", level(Durability::Full))?;
    set(&connection, "foreign_keys", 1)?;
    set(&connection, "cache_size", CACHE_KIB)?;
    set(&connection, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    set(&connection, "journal_size_limit", LOG_BYTES)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    migrations::run(&mut connection, path, now)?;
    Ok(connection)
}

/// The number by which SQLite knows it.
fn level(durability: Durability) -> i64 {
    match durability {
        Durability::Full => 2,
        Durability::Normal => 1,
    }
}

/// Sets an integer pragma and reads it back.
pub(super) fn set(connection: &Connection, pragma: &'static str, wanted: i64) -> Result<(), OpenError> {
    connection.pragma_update(None, pragma, wanted)?;
    let got: i64 = connection.pragma_query_value(None, pragma, |row| row.get(0))?;
    expect(pragma, wanted.to_string(), got.to_string())
}

fn expect(pragma: &'static str, wanted: String, got: String) -> Result<(), OpenError> {
    if wanted == got {
        Ok(())
    } else {
        Err(OpenError::Setting { pragma, wanted, got })
    }
}

impl From<rusqlite::Error> for OpenError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

/// Gives the usual troubles their names.
fn told_of(path: &Path, error: OpenError) -> OpenError {
    let OpenError::Sqlite(error) = error else { return error };
    let path = path.to_owned();
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => OpenError::InUse { path },
        Some(ErrorCode::NotADatabase) => OpenError::NotADatabase { path },
        Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::DiskFull) => {
            OpenError::Unwritable {
                path,
                source: io::Error::other(error),
            }
        }
        _ => OpenError::Sqlite(error),
    }
}
