//! Drives a [`Client`](super::Client) in the browser.
//!
//! Reading order: the driver, then what it uses.

mod drafts;
mod driver;
mod page;
mod polling;
mod socket;
mod storage;
mod timers;

pub(super) use drafts::{draft, keep_draft};
pub use driver::start;
pub(super) use driver::{Driver, dispatch, forget_what_was_written};
pub(super) use page::fresh_message_id;
pub use page::{embedded_elsewhere, embedded_snapshot};
