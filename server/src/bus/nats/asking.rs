//! Who has answered what was asked of all.

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Mutex, MutexGuard,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use tokio::sync::watch;

use crate::ids::NodeId;
use crate::lock::lock;

/// The questions that are open. One for each sign-out that is waited for.
#[derive(Debug, Default)]
pub struct Asking {
    open: Mutex<HashMap<u64, watch::Sender<HashSet<NodeId>>>>,
    last: AtomicU64,
}

impl Asking {
    fn lock(&self) -> MutexGuard<'_, HashMap<u64, watch::Sender<HashSet<NodeId>>>> {
        lock(&self.open)
    }

    /// A new question to these nodes: its number, and who has not answered yet.
    pub fn ask(&self, nodes: HashSet<NodeId>) -> (u64, watch::Receiver<HashSet<NodeId>>) {
        let number = self.last.fetch_add(1, Relaxed) + 1;
        let (unanswered, receiver) = watch::channel(nodes);
        self.lock().insert(number, unanswered);
        (number, receiver)
    }

    /// A node answers.
    pub fn answered(&self, number: u64, node: NodeId) {
        if let Some(unanswered) = self.lock().get(&number) {
            unanswered.send_modify(|nodes| _ = nodes.remove(&node));
        }
    }

    /// Nobody waits for answers any more.
    pub fn close(&self, number: u64) {
        self.lock().remove(&number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_answered_when_all_have() {
        let asking = Asking::default();
        let (number, unanswered) = asking.ask(HashSet::from([NodeId(1), NodeId(2)]));
        asking.answered(number, NodeId(1));
        asking.answered(number + 1, NodeId(2));
        assert_eq!(*unanswered.borrow(), HashSet::from([NodeId(2)]));
        asking.answered(number, NodeId(2));
        assert!(unanswered.borrow().is_empty());
        asking.close(number);
        asking.answered(number, NodeId(2));
    }
}
