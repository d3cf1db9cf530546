//! What a backup says of itself.

use std::path::{Component, Path};

use app::protocol::{Epoch, Timestamp};
use serde::{Deserialize, Serialize};

/// The form that this version writes, and the only one that it reads.
pub(super) const FORMAT: u32 = 1;
/// The part that every backup has.
pub(super) const DATABASE: &str = "magpie.db";

/// The first entry of a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The form of the backup.
    pub format: u32,
    /// When it was made.
    pub made_at: Timestamp,
    /// Which history it is a copy of.
    pub epoch: Epoch,
    /// The migrations that made its database, in order.
    pub migrations: Vec<String>,
    /// Everything else that is in it, in order.
    pub parts: Vec<Part>,
}

/// One file of a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Its name, relative to the data folder.
    pub name: String,
    /// Its length.
    pub bytes: u64,
    /// Its SHA-256, in hexadecimal digits.
    pub sha256: String,
}

impl Part {
    /// Whether the name stays inside the data folder.
    pub(super) fn is_inside(&self) -> bool {
        let path = Path::new(&self.name);
        !self.name.is_empty()
            && path
                .components()
                .all(|component| matches!(component, Component::Normal(_)))
    }
}
