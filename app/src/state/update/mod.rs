//! How the state moves on: one input in, effects out.
//!
//! Reading order: the one function; the line; what comes over it; what the user does; what is sent because of both.

mod inputs;
mod step;

mod line;
mod polling;
mod timeouts;

mod changes;
mod frames;
mod replies;
mod snapshots;

mod actions;
mod entering;
mod making;

mod posting;
mod reading;
mod watching;
