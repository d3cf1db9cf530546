//! The bus of a single node: a broadcast channel.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::broadcast::{self, error::RecvError, error::TryRecvError};

use app::protocol::Changes;

use super::{Bus, Event, Listener, Signal};

/// Events that may wait for a slow listener. More are dropped, oldest first, and the listener is told `Lost`.
const CAPACITY: usize = 8_192;

/// Carries events between the parts of one process.
#[derive(Debug)]
pub struct InProcessBus {
    sender: broadcast::Sender<Event>,
}

impl Default for InProcessBus {
    fn default() -> Self {
        Self {
            sender: broadcast::channel(CAPACITY).0,
        }
    }
}

impl InProcessBus {
    /// Tells this process's listeners.
    pub fn tell(&self, event: Event) {
        // An error means that nobody listens: then nobody misses it.
        let _ = self.sender.send(event);
    }
}

#[async_trait]
impl Bus for InProcessBus {
    async fn publish(&self, changes: Arc<Changes>) {
        self.tell(Event::Changes(changes));
    }

    async fn signal(&self, signal: Signal) {
        self.tell(Event::Signal(signal));
    }

    fn listen(&self) -> Box<dyn Listener> {
        Box::new(InProcessListener {
            receiver: self.sender.subscribe(),
        })
    }
}

struct InProcessListener {
    receiver: broadcast::Receiver<Event>,
}

#[async_trait]
impl Listener for InProcessListener {
    async fn next(&mut self) -> Option<Event> {
        match self.receiver.recv().await {
            Ok(event) => Some(event),
            Err(RecvError::Lagged(_)) => Some(Event::Lost),
            Err(RecvError::Closed) => None,
        }
    }

    fn next_now(&mut self) -> Option<Event> {
        match self.receiver.try_recv() {
            Ok(event) => Some(event),
            Err(TryRecvError::Lagged(_)) => Some(Event::Lost),
            Err(TryRecvError::Empty | TryRecvError::Closed) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bus::contract::{Fresh, bus_contract, changes};

    async fn fresh() -> Option<Fresh> {
        let one: Arc<dyn Bus> = Arc::new(InProcessBus::default());
        Some(Fresh {
            other: Arc::clone(&one),
            one,
        })
    }

    bus_contract!(fresh);

    #[tokio::test]
    async fn a_listener_that_is_too_slow_is_told_of_its_loss() {
        let bus = InProcessBus::default();
        let mut slow = bus.listen();
        for to in 1..=CAPACITY as u64 + 10 {
            bus.publish(Arc::new(changes(to))).await;
        }
        assert!(matches!(slow.next().await, Some(Event::Lost)));
        assert!(matches!(slow.next().await, Some(Event::Changes(_))));
    }
}
