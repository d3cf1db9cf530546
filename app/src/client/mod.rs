//! The only browser I/O: runs the effects that `state` wishes for, and feeds it what happens.
//!
//! `handle` is what components hold: they read the state and dispatch actions. `browser` drives it, and exists only in the
//! browser; on the server a [`Client`] holds still.

#[cfg(feature = "ui")]
pub mod handle;

#[cfg(all(feature = "client", feature = "ui"))]
mod browser;

#[cfg(all(feature = "client", feature = "ui"))]
pub use browser::{embedded_elsewhere, embedded_snapshot, start};
#[cfg(feature = "ui")]
pub use handle::Client;
