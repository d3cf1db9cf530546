//! What a client knows, and what it does next: `update(input) -> effects`.
//!
//! Invariant: pure. No browser, no clock, no chance, no `async`: time and randomness come in with the inputs, wishes go
//! out as effects. The driver in `client` carries them out; a test can do it as well.
//!
//! One door: a [`Snapshot`](crate::protocol::Snapshot) makes the first state; after it, only changes. Replay equals
//! refetch, on the ranges held.

pub mod connection;
pub mod effect;
pub mod input;
pub mod outbox;
pub mod people;
pub mod rooms;
pub mod timeline;
mod update;

#[cfg(test)]
mod tests;

pub use connection::{Connection, Phase, Transport};
pub use effect::{Effect, Touched, Update};
pub use input::{Action, Input, Moment};
pub use outbox::{Delivery, Pending};
pub use rooms::RoomEntry;
pub use timeline::{Row, Timeline};
