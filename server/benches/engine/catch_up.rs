//! A reader misses as much as can be told without starting over, in rooms with histories of different lengths.

use app::protocol::{Seq, limits::CATCH_UP_CHANGES};
use criterion::{Criterion, Throughput};
use server::store::{CatchUp, OwnMarker, Standing, Store};
use tokio::runtime::Runtime;

use crate::stage::{Stage, draft};

/// Messages posted together while the history is made.
const TOGETHER: u64 = 500;

pub fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("catch up");
    group.throughput(Throughput::Elements(CATCH_UP_CHANGES));
    for history in [10_000, 100_000] {
        let runtime = Runtime::new().unwrap();
        let stage = Stage::new();
        let (owner, head) = runtime.block_on(write(&stage, history));
        group.bench_function(format!("{CATCH_UP_CHANGES} changes of {history}"), |bencher| {
            bencher.iter(|| runtime.block_on(read(&*stage.store, owner, Seq(head.0 - CATCH_UP_CHANGES))));
        });
    }
    group.finish();
}

async fn write(stage: &Stage, history: u64) -> (Standing, Seq) {
    let owner = stage.owner(1).await;
    let mut head = Seq(0);
    for first in (0..history).step_by(TOGETHER as usize) {
        let drafts = (first..first + TOGETHER).map(draft).collect();
        let posted = stage
            .store
            .append_messages(owner, drafts, OwnMarker::Moves)
            .await
            .unwrap()
            .value;
        head = posted.last().unwrap().as_ref().unwrap().seq;
    }
    (owner, head)
}

/// Reads on until there is no more; gives how many rows there were.
async fn read(store: &dyn Store, owner: Standing, mut after: Seq) -> usize {
    let mut rows = 0;
    loop {
        match store.catch_up_room(owner, Some(after)).await.unwrap().into_inner() {
            CatchUp::Changes(changes) if changes.to == after => return rows,
            CatchUp::Changes(changes) => {
                rows += changes.items.len();
                after = changes.to;
            }
            CatchUp::Gap(reason, _) => panic!("a gap: {reason:?}"),
        }
    }
}
