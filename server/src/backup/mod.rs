//! Backups: everything that is kept, in one file, and back again.
//!
//! A backup is a tar archive: `manifest.json` first, which names every part with its length and digest, then the parts.
//! Today the only part is `magpie.db`; what will be kept beside the database becomes a part of its own.

mod archive;
mod error;
mod make;
mod manifest;
mod restore;

#[cfg(test)]
mod tests;

pub use error::BackupError;
pub use make::make;
pub use manifest::{Manifest, Part};
pub use restore::{restore, verify};
