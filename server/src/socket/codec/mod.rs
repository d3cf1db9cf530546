//! Client frames of RFC 6455, decoded from whatever pieces TCP delivers. No I/O; open to the fuzzer (`fuzz/`).

mod closing;
mod decoder;

#[cfg(test)]
mod tests;

pub use decoder::{Decoder, Incoming};
