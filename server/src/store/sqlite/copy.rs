//! Copies of a database: whole ones of a running one, their checks, and what makes a copy a database of its own.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use app::protocol::{Epoch, Timestamp};
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::{migrations, open::OpenError};

/// Snapshots that are kept, one for each migration.
const SNAPSHOTS: usize = 3;

/// What a database says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Described {
    /// Which history it holds.
    pub epoch: Epoch,
    /// The migrations that made it, in order.
    pub migrations: Vec<String>,
}

/// Copies the database at `source`, as it is at one moment, into a new file. Whoever uses it goes on meanwhile: this
/// reads one snapshot of it, and takes no lock that a writer waits for. When this returns, the copy is on the disk.
///
/// # Errors
/// A sentence: there is no such database, it cannot be read, or the copy cannot be written.
pub fn copy(source: &Path, target: &Path) -> Result<Described, OpenError> {
    write_copy(&existing(source)?, target)?;
    // Of the copy, not of the source: that may have been migrated since.
    describe(&existing(target)?, source)
}

/// Looks through a database that nobody uses: every page, every reference, and whether this version knows it.
///
/// # Errors
/// A sentence that says what is wrong with it.
pub fn check(path: &Path) -> Result<Described, OpenError> {
    let connection = existing(path)?;
    let described = describe(&connection, path)?;
    migrations::check_known(&connection)?;
    let found = look_through(&connection).unwrap_or_else(|error| Some(error.to_string()));
    match found {
        None => Ok(described),
        Some(what) => Err(OpenError::Damaged {
            path: path.to_owned(),
            what,
        }),
    }
}

/// The first thing that is wrong, if anything is.
fn look_through(connection: &Connection) -> rusqlite::Result<Option<String>> {
    let whole: String = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if whole != "ok" {
        return Ok(Some(whole));
    }
    let dangling: i64 = connection.query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| row.get(0))?;
    Ok((dangling > 0).then(|| format!("{dangling} rows refer to what is not there")))
}

/// Gives a copy an epoch of its own and notes it as closed: from now on it is another history than the one it came from,
/// and clients that saw more of that one start over.
///
/// # Errors
/// It cannot be written.
pub fn begin_anew(path: &Path) -> Result<Epoch, OpenError> {
    let connection = existing(path)?;
    let epoch = connection.query_row(
        "UPDATE database SET epoch = lower(hex(randomblob(16))), running = NULL RETURNING epoch",
        [],
        |row| row.get(0),
    )?;
    // Nothing may be left beside the file: it is about to be moved.
    connection.pragma_update(None, "journal_mode", "DELETE")?;
    drop(connection);
    on_disk(path)?;
    Ok(Epoch(epoch))
}

/// Copies a database into the folder `snapshots` beside it, before a migration changes it. Of each migration the newest copy
/// is kept, and of migrations the last three.
pub(super) fn snapshot(connection: &Connection, path: &Path, migration: &str, now: Timestamp) -> Result<(), OpenError> {
    let folder = path.with_file_name("snapshots");
    fs::create_dir_all(&folder).map_err(|source| unwritable(&folder, source))?;
    let suffix = format!("-before-{migration}.db");
    let (target, partial) = (folder.join(format!("{:015}{suffix}", now.0)), folder.join("partial"));
    // Left behind by a process that was stopped in the middle.
    let _ = fs::remove_file(&partial);
    write_copy(connection, &partial)?;
    fs::rename(&partial, &target).map_err(|source| unwritable(&target, source))?;
    on_disk(&folder)?;
    forget_old(&folder, &target, &suffix).map_err(|source| unwritable(&folder, source))?;
    tracing::info!(migration, "the database was copied before it is migrated");
    Ok(())
}

fn forget_old(folder: &Path, newest: &Path, suffix: &str) -> io::Result<()> {
    let mut kept = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        match name {
            // The same migration was tried before, and failed.
            Some(name) if name.ends_with(suffix) && path != newest => fs::remove_file(path)?,
            Some(name) if name.contains("-before-") && path != newest => kept.push(path),
            _ => {}
        }
    }
    // Names begin with the time. The newest is kept whatever it bears: the clock may have been set back.
    kept.sort();
    let old = kept.len().saturating_sub(SNAPSHOTS - 1);
    kept.drain(..old).try_for_each(fs::remove_file)
}

fn write_copy(connection: &Connection, target: &Path) -> Result<(), OpenError> {
    let name = target
        .to_str()
        .ok_or_else(|| unwritable(target, io::Error::other("its name is not UTF-8")))?;
    connection
        .execute("VACUUM INTO ?1", [name])
        .map_err(|error| unwritable(target, io::Error::other(error)))?;
    on_disk(target)
}

/// SQLite does not wait for the disk here.
fn on_disk(path: &Path) -> Result<(), OpenError> {
    let synced = File::open(path).and_then(|file| file.sync_all());
    synced.map_err(|source| unwritable(path, source))
}

/// For writing, although nothing is: whoever closes a database last tidies its log away.
fn existing(path: &Path) -> Result<Connection, OpenError> {
    if !path.is_file() {
        return Err(OpenError::Missing { path: path.to_owned() });
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(super::open::BUSY_TIMEOUT)?;
    Ok(connection)
}

fn describe(connection: &Connection, path: &Path) -> Result<Described, OpenError> {
    let described = || {
        let epoch: String = connection.query_row("SELECT epoch FROM database", [], |row| row.get(0))?;
        let mut names = connection.prepare("SELECT name FROM migrations ORDER BY name")?;
        let names = names.query_map([], |row| row.get(0))?;
        Ok(Described {
            epoch: Epoch(epoch),
            migrations: names.collect::<rusqlite::Result<_>>()?,
        })
    };
    described().map_err(|error: rusqlite::Error| match error.sqlite_error_code() {
        // It has no such tables.
        Some(ErrorCode::NotADatabase | ErrorCode::Unknown) => OpenError::NotADatabase { path: path.to_owned() },
        Some(ErrorCode::DatabaseCorrupt) => OpenError::Damaged {
            path: path.to_owned(),
            what: error.to_string(),
        },
        _ => OpenError::Sqlite(error),
    })
}

fn unwritable(path: &Path, source: io::Error) -> OpenError {
    OpenError::Unwritable {
        path: PathBuf::from(path),
        source,
    }
}
