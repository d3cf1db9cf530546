//! Client frames of RFC 6455, decoded from whatever pieces TCP delivers. No I/O; open to the fuzzer (`fuzz/`)
//! and to Autobahn (`tests/autobahn`).

mod closing;
mod limits;

mod decoder;

#[cfg(test)]
mod tests;

pub use decoder::{Decoder, Incoming};
pub use limits::Limits;
