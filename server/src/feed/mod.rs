//! Puts each feed's changes in order, fills holes from the store, encodes once. The only place that knows both bus and store.
//!
//! Invariant: nothing after n leaves a node that has not released n.

mod stretch;

mod counts;
mod sequencer;

mod carried;
mod listed;

mod carrier;
mod departures;
mod holes;
mod released;
mod sweep;

#[cfg(test)]
mod tests;

pub use crate::bus::{Announcement, LEASE, Listing};
pub use carrier::{CarryError, Feeds};
pub use released::{Outlet, Released, Rest};
