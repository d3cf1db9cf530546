//! What the parts of the engine take by themselves: `cargo bench --package server`. What a whole server takes is measured by
//! `make bench`.

#![expect(clippy::unwrap_used, reason = "a bench that cannot be set up has nothing to measure")]

mod catch_up;
mod encode;
mod group_commit;
mod hub;
mod stage;

use criterion::{criterion_group, criterion_main};

criterion_group!(engine, encode::bench, hub::bench, group_commit::bench, catch_up::bench);
criterion_main!(engine);
