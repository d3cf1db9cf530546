//! The container: a tar archive whose first entry is the manifest. What is read is believed only as far as it is digested.

use std::{
    fs::File,
    io::{self, Read, Write},
    path::Path,
};

use sha2::{Digest as _, Sha256};
use tar::{Archive, Builder, Header};

use super::{
    BackupError, Manifest, Part,
    manifest::{DATABASE, FORMAT},
};

/// The first entry.
const MANIFEST: &str = "manifest.json";
/// Longer manifests are not read.
const MANIFEST_BYTES: u64 = 16 * 1024 * 1024;
/// What is read in one go.
const CHUNK: usize = 64 * 1024;

/// Writes the manifest and its parts, which are found in `folder`.
pub(super) fn write(into: &File, manifest: &Manifest, folder: &Path) -> io::Result<()> {
    let mut archive = Builder::new(into);
    let text = serde_json::to_vec_pretty(manifest)?;
    append(&mut archive, manifest, MANIFEST, text.len() as u64, text.as_slice())?;
    for part in &manifest.parts {
        let file = File::open(folder.join(&part.name))?;
        append(&mut archive, manifest, &part.name, part.bytes, file)?;
    }
    archive.finish()
}

fn append(
    archive: &mut Builder<&File>,
    manifest: &Manifest,
    name: &str,
    bytes: u64,
    from: impl Read,
) -> io::Result<()> {
    let mut header = Header::new_gnu();
    header.set_size(bytes);
    header.set_mode(0o600);
    header.set_mtime(u64::try_from(manifest.made_at.0 / 1000).unwrap_or_default());
    archive.append_data(&mut header, name, from)
}

/// Reads a backup: writes its parts into `folder`, and checks that they are those of the manifest.
///
/// # Errors
/// It is no backup, one of a newer kind, or one that is damaged; or something cannot be read or written.
pub(super) fn read(from: &File, folder: &Path) -> Result<Manifest, BackupError> {
    let mut archive = Archive::new(from);
    let mut entries = archive.entries().map_err(BackupError::damaged)?;
    let first = entries.next().ok_or_else(|| BackupError::damaged("it is empty"))?;
    let manifest = manifest(first)?;
    let mut expected = manifest.parts.iter();
    for entry in entries {
        let mut entry = entry.map_err(BackupError::damaged)?;
        let part = expected
            .next()
            .ok_or_else(|| BackupError::damaged("it holds more than its manifest names"))?;
        if entry.path_bytes() != part.name.as_bytes() {
            return Err(BackupError::damaged(format!(
                "`{}` is not where it should be",
                part.name
            )));
        }
        let path = folder.join(&part.name);
        let mut file = create(&path).map_err(BackupError::at("write", &path))?;
        let found = digest(&mut entry, &mut file).map_err(BackupError::damaged)?;
        if found != (part.bytes, part.sha256.clone()) {
            return Err(BackupError::damaged(format!("`{}` is not what it was", part.name)));
        }
        file.sync_all().map_err(BackupError::at("write", &path))?;
    }
    match expected.next() {
        Some(part) => Err(BackupError::damaged(format!("`{}` is missing", part.name))),
        None => Ok(manifest),
    }
}

fn manifest(entry: io::Result<tar::Entry<'_, impl Read>>) -> Result<Manifest, BackupError> {
    let no_backup = || BackupError::Refused("this is no backup of Magpie".to_owned());
    let entry = entry.map_err(|_| no_backup())?;
    if entry.path_bytes() != MANIFEST.as_bytes() {
        return Err(no_backup());
    }
    let mut text = Vec::new();
    entry
        .take(MANIFEST_BYTES)
        .read_to_end(&mut text)
        .map_err(BackupError::damaged)?;
    /// All that every form, also a newer one, has to say.
    #[derive(serde::Deserialize)]
    struct Any {
        format: u32,
    }
    let Any { format } = serde_json::from_slice(&text).map_err(BackupError::damaged)?;
    if format != FORMAT {
        return Err(BackupError::Refused(format!(
            "the backup was made by a newer version of Magpie (its format is {format})"
        )));
    }
    let manifest: Manifest = serde_json::from_slice(&text).map_err(BackupError::damaged)?;
    if !manifest.parts.iter().all(Part::is_inside) || !manifest.parts.iter().any(|part| part.name == DATABASE) {
        return Err(BackupError::damaged("its manifest makes no sense"));
    }
    Ok(manifest)
}

fn create(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    File::create_new(path)
}

/// Copies, and gives the length and the digest of what was copied.
pub(super) fn digest(from: &mut impl Read, into: &mut impl Write) -> io::Result<(u64, String)> {
    let (mut hash, mut length, mut chunk) = (Sha256::new(), 0, vec![0; CHUNK]);
    loop {
        let read = from.read(&mut chunk)?;
        if read == 0 {
            break;
        }
        into.write_all(&chunk[..read])?;
        hash.update(&chunk[..read]);
        length += read as u64;
    }
    let digits = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok((length, digits))
}
