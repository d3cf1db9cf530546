//! What the writers wished, and what they were told: one event after the other.

use std::{
    path::PathBuf,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use app::protocol::{ClientMessageId, ErrorCode, Number, RoomId, Seq, UserId};
use serde::Serialize;
use tokio::{sync::Notify, time::timeout};

use crate::harness::PATIENCE;

/// What a writer wishes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Wish {
    Post {
        client_message_id: ClientMessageId,
        body: String,
    },
    Edit {
        number: Number,
        body: String,
    },
    Delete {
        number: Number,
    },
}

/// How a wish ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Outcome {
    /// Acknowledged: a post with its number, a change with its message's number, both with their seq.
    Ok { number: Number, seq: Seq },
    /// Refused: nothing was done.
    Fail(ErrorCode),
    /// The line ended, or the server could not say. It may be there, but never twice.
    Unknown,
}

/// Names one wish, its retries included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct WishId(pub u64);

/// One line of the history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Event {
    Invoked {
        id: WishId,
        writer: UserId,
        room: RoomId,
        wish: Wish,
    },
    Ended {
        id: WishId,
        outcome: Outcome,
    },
}

/// All events, in the order in which they happened here.
#[derive(Debug, Default)]
pub struct History {
    events: Mutex<Vec<Event>>,
    last: AtomicU64,
    acknowledged: AtomicU64,
    news: Notify,
}

impl History {
    pub fn invoke(&self, writer: UserId, room: RoomId, wish: Wish) -> WishId {
        let id = WishId(self.last.fetch_add(1, Ordering::Relaxed));
        self.events
            .lock()
            .unwrap()
            .push(Event::Invoked { id, writer, room, wish });
        id
    }

    pub fn end(&self, id: WishId, outcome: Outcome) {
        self.events.lock().unwrap().push(Event::Ended { id, outcome });
        if matches!(outcome, Outcome::Ok { .. }) {
            self.acknowledged.fetch_add(1, Ordering::Relaxed);
            self.news.notify_one();
        }
    }

    /// How many wishes were acknowledged so far.
    pub fn acknowledged(&self) -> u64 {
        self.acknowledged.load(Ordering::Relaxed)
    }

    /// Waits until so many are acknowledged.
    pub async fn reaches(&self, count: u64) {
        let reached = async {
            while self.acknowledged() < count {
                self.news.notified().await;
            }
        };
        timeout(PATIENCE, reached)
            .await
            .unwrap_or_else(|_| panic!("only {} of {count} acknowledged", self.acknowledged()));
    }

    pub fn events(&self) -> Vec<Event> {
        self.events.lock().unwrap().clone()
    }

    /// Writes everything where it can be read after a failure.
    pub fn keep(&self) -> PathBuf {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("crash-history.jsonl");
        let lines: Vec<_> = self
            .events()
            .iter()
            .map(|event| serde_json::to_string(event).unwrap())
            .collect();
        std::fs::write(&path, lines.join("\n")).unwrap();
        path
    }
}
