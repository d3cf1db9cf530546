//! What waits to go out. Nobody who publishes waits for the network: what finds no place is dropped and counted, and the other
//! nodes learn of it from the store.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::Relaxed},
};

use async_nats::Client;
use bytes::Bytes;
use tokio::sync::{mpsc, watch};

use crate::telemetry::BusMeters;

/// Messages that may wait: about a second of a very busy node. Full: they are dropped, the newest first.
const MESSAGES: usize = 8_192;
/// Bytes that may wait, of all messages together. Full: the same.
const BYTES: usize = 16 * 1024 * 1024;

/// The way out.
pub struct Outgoing {
    queue: mpsc::Sender<(String, Bytes)>,
    waiting: Arc<AtomicUsize>,
    line: watch::Receiver<bool>,
    meters: BusMeters,
}

impl Outgoing {
    /// Sends through this client, until the value is dropped.
    pub fn start(client: Client, line: watch::Receiver<bool>, meters: BusMeters) -> Self {
        let (queue, orders) = mpsc::channel(MESSAGES);
        let waiting = Arc::default();
        tokio::spawn(run(client, orders, Arc::clone(&waiting), line.clone(), meters.clone()));
        Self {
            queue,
            waiting,
            line,
            meters,
        }
    }

    /// Sends, or drops: also while the line is torn. What is old when the line is back helps nobody, for then every node
    /// asks the store.
    pub fn send(&self, subject: String, message: Bytes) {
        let size = message.len();
        let fits = self.waiting.fetch_add(size, Relaxed) + size <= BYTES;
        if fits && *self.line.borrow() && self.queue.try_send((subject, message)).is_ok() {
            return;
        }
        self.waiting.fetch_sub(size, Relaxed);
        self.meters.dropped();
    }
}

async fn run(
    client: Client,
    mut orders: mpsc::Receiver<(String, Bytes)>,
    waiting: Arc<AtomicUsize>,
    line: watch::Receiver<bool>,
    meters: BusMeters,
) {
    while let Some((subject, message)) = orders.recv().await {
        let size = message.len();
        let holds = *line.borrow();
        if holds && client.publish(subject, message).await.is_ok() {
            meters.sent();
        } else {
            meters.dropped();
        }
        waiting.fetch_sub(size, Relaxed);
    }
}
