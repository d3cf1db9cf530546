//! Who comes back takes turns.
//!
//! After a restart thousands say `hello` in the same moment. Acted on all at once, they would all stand in the runtime's one line
//! before whoever is talking meanwhile: a post would wait for every one of them. So some are greeted at a time, and the others
//! wait where they take nothing from anybody.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

/// Greeted at the same time. More share more reads; fewer let others pass sooner. In a storm of 10,000 on two processors, live posts
/// took 46 ms with 64 of them (99 of 100), 106 with 128, 184 with 256, and 400 to 1,100 with all; the storm itself took as long.
const AT_ONCE: usize = 64;
/// A turn is a courtesy: where those before take so long (the database hangs), one goes without.
const PATIENCE: Duration = Duration::from_secs(4);

/// Those who come back, in the order in which they came.
#[derive(Debug)]
pub(super) struct Turns(Arc<Semaphore>);

/// Somebody's turn, until it is dropped.
#[derive(Debug)]
pub struct Turn {
    _permit: Option<OwnedSemaphorePermit>,
}

impl Default for Turns {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

impl Turns {
    /// Waits until those before are done, but not for ever.
    pub(super) async fn next(&self) -> Turn {
        let permit = timeout(PATIENCE, Arc::clone(&self.0).acquire_owned()).await;
        // It is never closed.
        Turn {
            _permit: permit.ok().and_then(Result::ok),
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;
    use tokio::time::Instant;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn as_many_as_there_are_places_go_at_once_and_the_next_when_one_is_done() {
        let turns = Turns::default();
        let mut held = Vec::new();
        for _ in 0..AT_ONCE {
            held.push(turns.next().now_or_never().expect("there is a place"));
        }
        let mut next = Box::pin(turns.next());
        assert!(next.as_mut().now_or_never().is_none());
        held.pop();
        next.now_or_never().expect("one is done");
    }

    #[tokio::test(start_paused = true)]
    async fn where_nobody_gets_done_one_goes_all_the_same() {
        let turns = Turns::default();
        let mut held = Vec::new();
        for _ in 0..AT_ONCE {
            held.push(turns.next().await);
        }
        let began = Instant::now();
        turns.next().await;
        assert_eq!(began.elapsed(), PATIENCE);
    }
}
