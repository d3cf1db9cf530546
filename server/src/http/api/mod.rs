//! The commands over plain HTTP: as frames for the UI while it polls, and under names of their own for scripts and bots.
//! Both build a [`Command`](app::protocol::Command) and go the way that a socket's frames go.

mod commands;
mod extract;
mod messages;
mod people;
mod refused;
mod rooms;
mod routes;
mod snapshot;

pub use extract::Body;
pub use refused::{Refused, note, status};
pub use routes::routes;
