//! Puts each feed's changes in order, fills holes from the store, encodes once. The only place that knows both bus and store.
//!
//! Invariant: nothing after n leaves a node that has not released n.

mod carried;
mod carrier;
mod counts;
mod released;
mod sequencer;

pub use carrier::{CarryError, Feeds};
pub use released::{Outlet, Released, frame_json};
