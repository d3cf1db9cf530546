//! What is measured, one file each.

pub mod fan_out;
pub mod idle;
pub mod latency;
pub mod posts;
pub mod roads;
pub mod start;
