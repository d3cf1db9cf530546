//! Rows to bytes: once for each release, whoever watches.

use criterion::{Criterion, Throughput};
use server::{bus::frame_json, hub::frame};

use crate::stage::changes;

pub fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("encode");
    for messages in [1, 16, 500] {
        let changes = changes(0, messages);
        group.throughput(Throughput::Elements(messages));
        group.bench_function(format!("{messages} messages"), |bencher| {
            bencher.iter(|| frame::text(&frame_json(&changes)));
        });
    }
    group.finish();
}
