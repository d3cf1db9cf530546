//! One pace, whichever node a request lands on: each node tells the others what people have spent on it, and charges them what they
//! have spent elsewhere.
//!
//! So a flood on several nodes gets no further than on one but for what it spends in the second in which they have not told each
//! other, and for the small change that each keeps to itself. The former is owed, and the pace the slower afterwards. While the bus
//! is away each node counts for itself.

use std::time::Duration;

use tokio::{sync::broadcast::error::RecvError, time::MissedTickBehavior};

use crate::service::Service;

/// Between two times that other nodes are told.
const TELLING: Duration = Duration::from_secs(1);

impl Service {
    /// Tells and charges, until the bus is gone; where there is one node, there is nothing to do.
    pub async fn share_limits(&self) {
        let Some(mut elsewhere) = self.bus.spending() else {
            return;
        };
        let mut seconds = tokio::time::interval(TELLING);
        seconds.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = seconds.tick() => {
                    let untold = self.limits.untold();
                    if !untold.is_empty() {
                        self.bus.tell_spending(untold);
                    }
                }
                heard = elsewhere.recv() => match heard {
                    Ok(spending) => spending.iter().for_each(|spending| self.limits.charge(*spending)),
                    // Some was lost, as it may be on the way: that much more is spent.
                    Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return,
                }
            }
        }
    }
}
