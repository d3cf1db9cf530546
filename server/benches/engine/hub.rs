//! One release to everybody who watches: real sockets, somebody reads at the other end.

use std::sync::Arc;

use app::protocol::{FeedId, RoomId, Seq, UserId};
use criterion::{Criterion, Throughput};
use server::{
    bus::InProcessBus,
    feed::{Feeds, Outlet as _, Released},
    hub::{Hub, Work, Writer},
    ids::SessionId,
};
use tokio::{
    io::AsyncReadExt as _,
    net::{TcpListener, TcpStream},
    runtime::Runtime,
};

use crate::stage::{Stage, changes};

pub fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("hub");
    for watchers in [100, 1_000] {
        let runtime = Runtime::new().unwrap();
        let (hub, room, mut seq) = runtime.block_on(gather(watchers));
        group.throughput(Throughput::Elements(watchers));
        group.bench_function(format!("one message to {watchers}"), |bencher| {
            bencher.iter(|| {
                let mut changes = changes(seq, 1);
                changes.feed = FeedId::Room(room);
                if let Some(mut rest) = hub.release(Released::from(changes)) {
                    while rest.go_on() {}
                }
                seq += 1;
            });
        });
        let queues = hub.queues();
        assert!(
            queues.iter().all(|queue| queue.overflows == 0),
            "nobody was left behind, so each release was a write to everybody"
        );
    }
    group.finish();
}

/// A hub with connections that watch one room from its head on.
async fn gather(watchers: u64) -> (Hub, RoomId, u64) {
    let stage = Stage::new();
    let owner = stage.owner(1).await;
    let feed = FeedId::Room(owner.room);
    let head = stage.store.head(feed).await.unwrap().unwrap();
    let hub = Hub::new(Arc::new(Feeds::new(
        Arc::clone(&stage.store),
        Arc::new(InProcessBus::default()),
    )));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    for index in 0..watchers {
        let (peer, accepted) = tokio::join!(TcpStream::connect(address), listener.accept());
        let mut peer = peer.unwrap();
        tokio::spawn(async move {
            let mut buffer = [0; 4_096];
            while peer.read(&mut buffer).await.is_ok_and(|length| length > 0) {}
        });
        let stream = accepted.unwrap().0;
        stream.set_nodelay(true).unwrap();
        let writer = hub.connect(UserId(index), SessionId(index), stream.into());
        hub.watch(&writer, feed, Some(head)).await.unwrap();
        hub.caught_up(&writer, feed, Some(head), head, None);
        tokio::spawn(flush(writer));
    }
    let Seq(head) = head;
    (hub, owner.room, head)
}

/// What a connection's task does once its socket was full.
async fn flush(writer: Arc<Writer>) {
    loop {
        writer.bell.notified().await;
        while writer.work() == Work::Flush {
            if writer.line().writable().await.is_err() || writer.flush().is_err() {
                return;
            }
        }
    }
}
