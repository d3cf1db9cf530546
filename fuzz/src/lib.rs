//! What is fuzzed, taken out of the server's source by path: the whole server takes a quarter of an hour to compile with the
//! fuzzer's flags, this takes a minute.

#[path = "../../server/src/socket/codec/mod.rs"]
pub mod codec;

#[path = "../../server/src/command/decode.rs"]
pub mod decode;

mod hub;
mod rejection;
