//! How the state moves on: one input in, effects out.

mod inputs;
mod step;
