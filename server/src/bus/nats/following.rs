//! The feeds that somebody on this node wants to hear: one subscription for each.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use async_nats::Client;
use futures::StreamExt as _;
use tokio::{sync::watch, time::timeout};
use tokio_util::task::AbortOnDropHandle;

use app::protocol::FeedId;

use super::{
    incoming::Incoming,
    line,
    subjects::Subjects,
    wire::{self, Message},
};
use crate::lock::lock;

/// How long a marker may take to come back. One that does not is lost, or the server is so busy that the store is the quicker way.
const RETURN: Duration = Duration::from_secs(2);

/// Subscribes.
pub struct Following {
    reception: Reception,
    feeds: Mutex<HashMap<FeedId, Followed>>,
}

/// Dropping it ends the subscription.
struct Followed {
    in_force: watch::Receiver<bool>,
    _task: AbortOnDropHandle<()>,
}

impl Following {
    /// Follows nothing yet.
    pub fn new(reception: Reception) -> Self {
        Self {
            reception,
            feeds: Mutex::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<FeedId, Followed>> {
        lock(&self.feeds)
    }

    /// Subscribes to a feed, unless it is subscribed to. Ready when that is in force, or cannot be expected to be.
    pub fn follow(&self, feed: FeedId) -> impl Future<Output = ()> + Send + use<> {
        let mut in_force = {
            let mut feeds = self.lock();
            let followed = feeds.entry(feed).or_insert_with(|| self.reception.begin(feed));
            let in_force = followed.in_force.clone();
            self.reception.incoming.meters.follows(feeds.len());
            in_force
        };
        let line = self.reception.line.clone();
        async move {
            tokio::select! {
                _ = in_force.wait_for(|is| *is) => {}
                () = line::torn(line) => {}
                () = tokio::time::sleep(RETURN) => {}
            }
        }
    }

    /// Ends the subscription.
    pub fn unfollow(&self, feed: FeedId) {
        let mut feeds = self.lock();
        feeds.remove(&feed);
        self.reception.incoming.meters.follows(feeds.len());
    }

    /// What is subscribed to.
    pub fn feeds(&self) -> Vec<FeedId> {
        self.lock().keys().copied().collect()
    }
}

/// How subscriptions are made. Cheap to clone.
#[derive(Clone)]
pub struct Reception {
    /// The connection.
    pub client: Client,
    /// Whether it holds.
    pub line: watch::Receiver<bool>,
    /// The names.
    pub subjects: Subjects,
    /// Who takes in what comes.
    pub incoming: Arc<Incoming>,
}

impl Reception {
    fn begin(&self, feed: FeedId) -> Followed {
        let (tell, in_force) = watch::channel(false);
        let (reception, subject) = (self.clone(), self.subjects.feed(feed));
        let task = tokio::spawn(async move {
            let Ok(mut messages) = reception.client.subscribe(subject).await else {
                // The client is gone, and with it the bus.
                return;
            };
            reception.confirm().await;
            tell.send_replace(true);
            while let Some(message) = messages.next().await {
                reception.incoming.take(message.payload);
            }
        });
        Followed {
            in_force,
            _task: AbortOnDropHandle::new(task),
        }
    }

    /// Takes in what comes under a name, for as long as the client lives.
    ///
    /// # Errors
    /// The client is gone.
    pub async fn hear(&self, subject: String) -> Result<AbortOnDropHandle<()>, async_nats::SubscribeError> {
        let mut messages = self.client.subscribe(subject).await?;
        let incoming = Arc::clone(&self.incoming);
        Ok(AbortOnDropHandle::new(tokio::spawn(async move {
            while let Some(message) = messages.next().await {
                incoming.take(message.payload);
            }
        })))
    }

    /// Waits until the server has done all that was asked of it before: what one connection says it takes in order, so a marker
    /// that comes back comes after everything else. Whether it came back.
    pub async fn confirm(&self) -> bool {
        let Incoming { node, markers, .. } = &*self.incoming;
        let mut expected = markers.expect();
        let marker = wire::encode(*node, &Message::Marker(expected.number));
        let returning = async {
            let sent = self.client.publish(self.subjects.node(*node), marker).await;
            if sent.is_ok() {
                expected.comes().await;
            }
            sent.is_ok()
        };
        timeout(RETURN, returning).await.unwrap_or(false)
    }
}
