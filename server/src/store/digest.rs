//! What a retry is compared with: the text as first posted, whatever became of it.

use sha2::{Digest, Sha256};

/// Enough of SHA-256 to tell two texts apart.
pub(in crate::store) type BodyDigest = [u8; 16];

/// The digest of a message's text.
pub(in crate::store) fn digest(body: &str) -> BodyDigest {
    let digest: [u8; 32] = Sha256::digest(body).into();
    let mut first = [0; 16];
    first.copy_from_slice(&digest[..16]);
    first
}
