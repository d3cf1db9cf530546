//! How fast people may go: per person, whatever number of connections they have, and to whichever nodes; sign-ups per address.

mod options;

mod limit;
mod limits;

mod sharing;

#[cfg(test)]
mod tests;

pub use limits::{Pace, RateLimits};
pub use options::{Rate, RateOptions};
