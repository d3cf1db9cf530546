//! The rules of chat. Takes permits, writes the store, tells the bus, returns values. Knows no sockets and no SQL.
//!
//! A function that asks for a permit cannot be called without one, so no rule in here asks "may they?" again.

mod commit;
mod error;
mod members;
mod messages;
mod own_markers;
mod parts;
mod rate;
mod rooms;
mod sessions;
mod snapshots;

#[cfg(test)]
mod tests;

/// What reading a feed gives, and why it may fail: the store's own words.
pub use crate::store::{CatchUp, Shared, StoreError};
pub use error::ChatError;
pub use messages::Draft;
pub use parts::Service;
pub use rate::{Pace, Rate, RateLimits, RateOptions};
pub use sessions::SignedUp;
