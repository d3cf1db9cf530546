//! What is measured, one file each.

pub mod beside;
pub mod catch_up;
pub mod deflate;
pub mod fan_out;
pub mod idle;
pub mod latency;
pub mod nodes;
pub mod posts;
pub mod roads;
pub mod rooms;
pub mod slow;
pub mod start;
pub mod storm;
pub mod upgrades;
