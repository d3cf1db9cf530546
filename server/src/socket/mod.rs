//! Owns connections: the upgrade, the frames that come in, the life of a connection. Lends their writers to the hub.

pub mod codec;
pub mod handshake;

mod connection;
mod greeting;
mod posting;
mod reading;
mod upgrade;
mod writing;

#[cfg(test)]
mod tests;

pub use upgrade::upgrade;
