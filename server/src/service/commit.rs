//! Writes the store and tells the bus, both or as good as neither.

use std::{future::Future, sync::Arc};

use crate::{
    bus::Bus,
    store::{self, Committed, Store},
};

use super::{ChatError, Service};

impl Service {
    /// Runs `write`, then publishes what it changed.
    ///
    /// The trap: the caller is a connection or a request, and its future is dropped where it stands when the peer hangs up.
    /// Were that between commit and publish, the change would be durable and nobody would hear of it until the room's next
    /// one shows the hole. So both run in a task of their own, which nobody cancels; the caller only waits for it.
    pub(super) async fn commit<T, W, F>(&self, write: W) -> Result<T, ChatError>
    where
        W: FnOnce(Arc<dyn Store>) -> F,
        F: Future<Output = store::Result<Committed<T>>> + Send + 'static,
        T: Send + 'static,
    {
        let writing = write(Arc::clone(&self.store));
        let bus = Arc::clone(&self.bus);
        self.finish(async move { Ok(publish(&*bus, writing.await?).await) })
            .await
    }

    /// Runs something to its end even if the caller is dropped meanwhile.
    pub(super) async fn finish<T, F>(&self, work: F) -> Result<T, ChatError>
    where
        F: Future<Output = Result<T, ChatError>> + Send + 'static,
        T: Send + 'static,
    {
        // A task that panicked or was cut off by the runtime's end leaves it unknown whether the write was done.
        tokio::spawn(work).await.unwrap_or(Err(ChatError::Interrupted))
    }
}

async fn publish<T>(bus: &dyn Bus, committed: Committed<T>) -> T {
    for changes in committed.changes {
        bus.publish(Arc::new(changes)).await;
    }
    committed.value
}
