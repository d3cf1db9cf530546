//! What a client knows, and what it does next: `update(input) -> effects`.
//!
//! Invariant: pure. No browser, no clock, no chance, no `async`: time and randomness come in with the inputs, wishes go
//! out as effects. The driver in `client` carries them out; a test can do it as well.
//!
//! One door: a [`Snapshot`](crate::protocol::Snapshot) makes the first state; after it, only changes. Replay equals
//! refetch, on the ranges held.
//!
//! Reading order: what comes in, what goes out, the parts, the whole, how it is read, how it moves on.

pub mod input;

pub mod effect;

pub mod address;
pub mod connection;
pub mod deeds;
pub mod outbox;
mod pause;
pub mod people;
mod requests;
pub mod rooms;
pub mod timeline;

pub mod known;
mod read;
mod update;

#[cfg(test)]
mod tests;

pub use address::Address;
pub use connection::{Connection, Phase, Transport};
pub use deeds::{Deed, Progress};
pub use effect::{Effect, Touched, Update};
pub use input::{Action, Input, Moment};
pub use known::{Notice, State};
pub use outbox::{Delivery, Pending};
pub use rooms::RoomEntry;
pub use timeline::{Missed, Row, RowKey, Timeline};
