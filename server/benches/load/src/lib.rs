//! People by the thousand, in one thread: what `make bench` and `magpie bench` measure servers with.
#![expect(
    clippy::disallowed_methods,
    reason = "it measures real time, and has to wait for other programs"
)]

pub mod against;
pub mod connect;
pub mod figures;
pub mod fleet;
pub mod frame;
pub mod http;
pub mod magpie;
pub mod post;
pub mod progress;
pub mod target;
