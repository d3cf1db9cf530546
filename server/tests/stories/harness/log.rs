//! Everything that one connection received, in order, and a way to wait for more of it.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard},
};

use app::protocol::{FeedId, Rejection, Reply, RequestId, Seq, ServerFrame};
use tokio::{sync::Notify, time::timeout};

use super::PATIENCE;

/// One frame, and the bytes that it came in.
#[derive(Clone, Debug)]
pub struct Received {
    pub text: String,
    pub frame: ServerFrame,
}

/// How a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The server said goodbye with this code.
    Closed(u16),
    /// The line is dead.
    Lost,
}

#[derive(Debug, Default)]
struct Inner {
    frames: Vec<Received>,
    answers: HashMap<RequestId, Result<Reply, Rejection>>,
    /// How far the server has led each feed.
    positions: HashMap<FeedId, Seq>,
    ended: Option<Ended>,
}

/// Fed by the reading task, read by the story.
#[derive(Debug, Default)]
pub struct Log {
    inner: Mutex<Inner>,
    news: Notify,
}

impl Log {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap()
    }

    pub fn take(&self, text: String) {
        let frame: ServerFrame = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error} in {text}"));
        let mut inner = self.lock();
        match &frame {
            ServerFrame::Ok { id, result } => {
                assert!(
                    inner.answers.insert(*id, Ok(result.clone())).is_none(),
                    "answered twice: {text}"
                );
            }
            ServerFrame::Error {
                id: Some(id),
                rejection,
            } => {
                assert!(
                    inner.answers.insert(*id, Err(rejection.clone())).is_none(),
                    "answered twice: {text}"
                );
            }
            ServerFrame::Changes(changes) => {
                inner.positions.insert(changes.feed, changes.to);
            }
            ServerFrame::Gap { feed, snapshot, .. } => {
                inner.positions.insert(*feed, snapshot.position());
            }
            _ => {}
        }
        inner.frames.push(Received { text, frame });
        drop(inner);
        self.news.notify_waiters();
    }

    pub fn end(&self, ended: Ended) {
        self.lock().ended.get_or_insert(ended);
        self.news.notify_waiters();
    }

    /// How many frames came so far: a mark to look from.
    pub fn mark(&self) -> usize {
        self.lock().frames.len()
    }

    /// What came since the mark.
    pub fn since(&self, mark: usize) -> Vec<Received> {
        self.lock().frames[mark..].to_vec()
    }

    /// Waits until a frame at or behind the mark is what is looked for.
    pub async fn find<T>(&self, what: &str, mark: usize, mut pick: impl FnMut(&ServerFrame) -> Option<T>) -> T {
        let mut seen = mark;
        self.until(what, move |inner| {
            let found = inner.frames[seen..].iter().find_map(|received| pick(&received.frame));
            seen = inner.frames.len();
            found
        })
        .await
    }

    /// Waits for a command's answer; `None` when the connection ended without one.
    pub async fn answer(&self, id: RequestId) -> Option<Result<Reply, Rejection>> {
        self.until("an answer", |inner| match (inner.answers.get(&id), inner.ended) {
            (Some(answer), _) => Some(Some(answer.clone())),
            (None, Some(_)) => Some(None),
            (None, None) => None,
        })
        .await
    }

    /// Waits until the feed has been led to this position.
    pub async fn reaches(&self, feed: FeedId, position: Seq) {
        let what = format!("{feed} at {position}");
        self.until(&what, |inner| {
            inner
                .positions
                .get(&feed)
                .is_some_and(|at| *at >= position)
                .then_some(())
        })
        .await;
    }

    /// Waits until there is more than at the mark; false when it ends first. May take as long as it takes.
    pub async fn grows(&self, mark: usize) -> bool {
        loop {
            let news = self.news.notified();
            {
                let inner = self.lock();
                if inner.frames.len() > mark {
                    return true;
                }
                if inner.ended.is_some() {
                    return false;
                }
            }
            news.await;
        }
    }

    /// Waits for the end.
    pub async fn ended(&self) -> Ended {
        self.until("the end", |inner| inner.ended).await
    }

    /// How it ended, if it has.
    pub fn how_it_ended(&self) -> Option<Ended> {
        self.lock().ended
    }

    async fn until<T>(&self, what: &str, mut pick: impl FnMut(&Inner) -> Option<T>) -> T {
        let waiting = async {
            loop {
                // Listen first, then look: what comes in between rings.
                let news = self.news.notified();
                if let Some(found) = pick(&self.lock()) {
                    return found;
                }
                news.await;
            }
        };
        match timeout(PATIENCE, waiting).await {
            Ok(found) => found,
            Err(_) => {
                let inner = self.lock();
                let last: Vec<_> = inner
                    .frames
                    .iter()
                    .rev()
                    .take(5)
                    .map(|received| received.text.chars().take(300).collect::<String>())
                    .collect();
                panic!(
                    "waited in vain for {what}; ended: {:?}; the last frames: {last:#?}",
                    inner.ended
                );
            }
        }
    }
}
