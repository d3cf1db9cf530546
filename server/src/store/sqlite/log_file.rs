//! The file of the write-ahead log, brought to its full length once, so that no commit has to make it longer.
//!
//! To write at the end of a file changes the file, and the file system brings that to the disk with every commit: waiting for it takes
//! about twice as long as for bytes that overwrite others, and twice the CPU. SQLite writes the log from its front again after each
//! checkpoint and keeps the file, so a database that runs for long overwrites by itself; this is for the time before. What follows the
//! last commit in the file is never read: no checksum fits it (<https://sqlite.org/fileformat2.html#the_write_ahead_log>).

use std::{
    ffi::OsString,
    fs::{File, OpenOptions},
    io::{self, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
};

/// Commits after which a database is taken to be in use. Many are only looked at, and stay small.
pub(super) const IN_USE: u64 = 64;
/// A page, and what the log notes beside it.
const FRAME_BYTES: u64 = 4_096 + 24;
/// Written in one go.
const PIECE: usize = 256 * 1024;

/// Writes zeros behind what the log of the database at `path` holds, until its file has room for so many pages. To be called by
/// whoever writes the log, between two commits.
///
/// # Errors
/// What the system says, the disk is full for example. Then the file is as long as before.
pub(super) fn lengthen(path: &Path, pages: u64) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).open(beside(path))?;
    let before = file.seek(SeekFrom::End(0))?;
    let written = fill(&mut file, (pages * FRAME_BYTES).saturating_sub(before));
    if written.is_err() {
        file.set_len(before)?;
    }
    written
}

fn fill(file: &mut File, bytes: u64) -> io::Result<()> {
    let zeros = vec![0; PIECE];
    let mut left = bytes;
    while left > 0 {
        let piece = usize::try_from(left).unwrap_or(PIECE).min(PIECE);
        file.write_all(&zeros[..piece])?;
        left -= piece as u64;
    }
    file.sync_data()
}

/// The file of the log of the database at `path`.
fn beside(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push("-wal");
    name.into()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tempfile::TempDir;

    use super::*;

    #[test]
    fn a_log_keeps_what_it_holds_and_is_never_made_shorter() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("magpie.db");
        fs::write(beside(&path), b"what was committed").unwrap();
        for (pages, length) in [(100, 100), (50, 100), (101, 101)] {
            lengthen(&path, pages).unwrap();
            let log = fs::read(beside(&path)).unwrap();
            assert_eq!(log.len() as u64, length * FRAME_BYTES);
            assert!(log.starts_with(b"what was committed\0"));
        }
    }

    #[test]
    fn where_there_is_no_log_none_is_made() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("magpie.db");
        assert_eq!(lengthen(&path, 1).unwrap_err().kind(), io::ErrorKind::NotFound);
        assert!(!beside(&path).exists());
    }
}
