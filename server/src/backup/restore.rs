//! Checks a backup, and makes a data folder of it.

use std::{
    fs::{self, File},
    io::{self, Read as _},
    path::Path,
};

use app::protocol::Epoch;

use super::{BackupError, archive, manifest::DATABASE};
use crate::store::sqlite;

/// With these bytes a bare database begins: one of the folder `snapshots`, for example.
const BARE: &[u8; 16] = b"SQLite format 3\0";
/// Where a restore works until everything is right. What a crash leaves there keeps the folder from looking restored.
const WORK: &str = "restoring";

/// Checks a backup, or a bare database, without restoring it: digests, every page, every reference.
///
/// # Errors
/// A sentence that says what is wrong with it.
pub fn verify(file: &Path) -> Result<(), BackupError> {
    let folder = tempfile::tempdir().map_err(BackupError::at("write into", &std::env::temp_dir()))?;
    unpack(file, folder.path())
}

/// Makes a data folder of a backup, or of a bare database, after checking it. The database gets a new epoch: whoever saw more
/// than the backup holds starts over.
///
/// # Errors
/// A sentence: there is something in the folder, something is wrong with the backup, or something cannot be read or written.
pub fn restore(file: &Path, data: &Path) -> Result<Epoch, BackupError> {
    let unwritable = || BackupError::at("write into", data);
    fs::create_dir_all(data).map_err(unwritable())?;
    if fs::read_dir(data).map_err(unwritable())?.next().is_some() {
        return Err(BackupError::Refused(format!(
            "{} is not empty; nothing in it is overwritten",
            data.display()
        )));
    }
    let work = data.join(WORK);
    fs::create_dir(&work).map_err(unwritable())?;
    let outcome = unpack(file, &work).and_then(|()| Ok(sqlite::begin_anew(&work.join(DATABASE))?));
    let moved = outcome.and_then(|epoch| move_out(&work, data).map_err(unwritable()).map(|()| epoch));
    if moved.is_err() {
        // As it was before; should that fail, too, the leftovers say so themselves.
        let _ = fs::remove_dir_all(&work);
    }
    moved
}

fn move_out(work: &Path, data: &Path) -> io::Result<()> {
    for entry in fs::read_dir(work)? {
        let entry = entry?;
        fs::rename(entry.path(), data.join(entry.file_name()))?;
    }
    fs::remove_dir(work)?;
    File::open(data)?.sync_all()
}

fn unpack(file: &Path, folder: &Path) -> Result<(), BackupError> {
    let unreadable = || BackupError::at("read", file);
    let mut beginning = Vec::new();
    let mut opened = File::open(file).map_err(unreadable())?;
    (&mut opened)
        .take(BARE.len() as u64)
        .read_to_end(&mut beginning)
        .map_err(unreadable())?;
    let database = folder.join(DATABASE);
    if beginning == BARE {
        fs::copy(file, &database).map_err(BackupError::at("write", &database))?;
        sqlite::check(&database)?;
        return Ok(());
    }
    let opened = File::open(file).map_err(unreadable())?;
    let manifest = archive::read(&opened, folder)?;
    let described = sqlite::check(&database)?;
    if (described.epoch, described.migrations) != (manifest.epoch, manifest.migrations) {
        return Err(BackupError::damaged("its database is another than its manifest says"));
    }
    Ok(())
}
