//! Durable posts: what waits together is committed together.

use std::cell::Cell;

use criterion::{Criterion, Throughput};
use futures::future::join_all;
use server::store::OwnMarker;
use tokio::runtime::Runtime;

use crate::stage::{Stage, draft};

pub fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("group commit");
    for senders in [1, 64] {
        let runtime = Runtime::new().unwrap();
        let stage = Stage::new();
        let owners = runtime.block_on(async {
            let mut owners = Vec::new();
            for index in 0..senders {
                owners.push(stage.owner(index).await);
            }
            owners
        });
        let posted = Cell::new(0);
        group.throughput(Throughput::Elements(senders));
        group.bench_function(format!("{senders} senders, each in a room of its own"), |bencher| {
            bencher.iter(|| {
                runtime.block_on(join_all(owners.iter().map(|owner| {
                    posted.set(posted.get() + 1);
                    stage
                        .store
                        .append_messages(*owner, vec![draft(posted.get())], OwnMarker::Moves)
                })))
            });
        });
    }
    group.finish();
}
