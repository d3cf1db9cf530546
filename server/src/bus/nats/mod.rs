//! The bus of several nodes: core NATS, at most once. The only place that knows its client.
//!
//! Read in this order: what travels where (`subjects`) and as which bytes (`wire`, `spent`); the connection (`line`) and what waits to
//! go out (`outgoing`); what comes in (`following`, `incoming`); who else is there (`neighbours`), and who has answered
//! (`asking`).

mod spent;
mod subjects;
mod wire;

mod address;
mod line;
mod outgoing;

mod following;
mod incoming;

mod asking;
mod neighbours;

mod handle;

#[cfg(test)]
mod tests;

pub use handle::{BusError, NatsBus};
