//! Drives a [`Client`](super::Client) in the browser.
//!
//! Reading order: the driver, then what it uses.

mod driver;
mod page;
mod polling;
mod socket;
mod storage;
mod timers;

pub use driver::start;
pub(super) use driver::{Driver, dispatch};
pub use page::embedded_snapshot;
pub(super) use page::random_name;
