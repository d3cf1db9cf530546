//! The only browser I/O: runs the effects that `state` wishes for, and feeds it what happens.

pub mod handle;

pub use handle::Client;
