//! Writes the store and tells the bus, both or as good as neither.

use std::{
    future::Future,
    panic::AssertUnwindSafe,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use futures::FutureExt as _;
use tokio::runtime::Handle;

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
    /// one shows the hole. So what is left of the work then goes on without the caller.
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
        // Work that panicked leaves it unknown whether the write was done.
        let work = AssertUnwindSafe(work)
            .catch_unwind()
            .map(|outcome| outcome.unwrap_or(Err(ChatError::Interrupted)));
        Finishing {
            work: Some(Box::pin(work)),
        }
        .await
    }
}

async fn publish<T>(bus: &dyn Bus, committed: Committed<T>) -> T {
    for changes in committed.changes {
        bus.publish(Arc::new(changes)).await;
    }
    committed.value
}

/// Runs in its caller's task, for that wakes nobody else; in a task of its own from the moment the caller is dropped.
struct Finishing<F: Future<Output: Send> + Send + 'static> {
    /// `None` once it is done.
    work: Option<Pin<Box<F>>>,
}

impl<F: Future<Output: Send> + Send + 'static> Future for Finishing<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let work = self.work.as_mut().expect("a future is not polled after it is done");
        let output = ready!(work.as_mut().poll(context));
        self.work = None;
        Poll::Ready(output)
    }
}

impl<F: Future<Output: Send> + Send + 'static> Drop for Finishing<F> {
    fn drop(&mut self) {
        // Without a runtime the process is ending, and nobody listens any more.
        if let (Some(work), Ok(runtime)) = (self.work.take(), Handle::try_current()) {
            runtime.spawn(work);
        }
    }
}
