//! The stream under a connection that the HTTP stack is done with: plain, or under TLS. Read and written at once or not at all;
//! whoever finds no room, or nothing to read, waits for it here, too.

mod either;
mod encrypted;
mod socket;

#[cfg(test)]
pub(crate) mod tests;

pub use either::Line;
pub use encrypted::{Encrypted, RECORD_BYTES};
pub use socket::set_up;
