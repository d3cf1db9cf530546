//! Makes a backup, while the server runs or while it does not.

use std::{fs::File, io, path::Path};

use app::protocol::Timestamp;

use super::{
    BackupError, Manifest, Part, archive,
    manifest::{DATABASE, FORMAT},
};
use crate::store::sqlite;

/// Writes everything that is kept, as it is at one moment, into a new file. Under its name the file appears only when it is
/// whole and on the disk; only its owner may read it.
///
/// # Errors
/// A sentence: there is something of that name, there is no database, or something cannot be read or written.
pub fn make(database: &Path, file: &Path, now: Timestamp) -> Result<Manifest, BackupError> {
    if file.exists() {
        return Err(BackupError::Refused(format!("{} exists already", file.display())));
    }
    let folder = match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let unwritable = || BackupError::at("write into", folder);
    // Beside the file: there is room where it is to be.
    let work = tempfile::Builder::new()
        .prefix(".magpie-backup-")
        .tempdir_in(folder)
        .map_err(unwritable())?;
    let copy = work.path().join(DATABASE);
    let described = sqlite::copy(database, &copy)?;
    let (bytes, sha256) = File::open(&copy)
        .and_then(|mut copy| archive::digest(&mut copy, &mut io::sink()))
        .map_err(BackupError::at("read", &copy))?;
    let part = Part {
        name: DATABASE.to_owned(),
        bytes,
        sha256,
    };
    let manifest = Manifest {
        format: FORMAT,
        made_at: now,
        epoch: described.epoch,
        migrations: described.migrations,
        parts: vec![part],
    };
    let whole = tempfile::NamedTempFile::new_in(work.path()).map_err(unwritable())?;
    archive::write(whole.as_file(), &manifest, work.path())
        .and_then(|()| whole.as_file().sync_all())
        .map_err(BackupError::at("write", file))?;
    whole
        .persist_noclobber(file)
        .map_err(|error| BackupError::at("write", file)(error.error))?;
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(unwritable())?;
    Ok(manifest)
}
