//! The bus as the rest of the server holds it.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use futures::future::BoxFuture;
use tokio::{
    sync::{broadcast, watch},
    time::{Instant, timeout},
};
use tokio_util::task::AbortOnDropHandle;
use tracing::{info, warn};

use app::protocol::{Changes, Epoch, FeedId};

use super::{
    address::Address,
    following::{Following, Reception},
    incoming::Incoming,
    line,
    outgoing::Outgoing,
    subjects::Subjects,
    wire::{self, Message},
};
use crate::{
    bus::{ANSWER_PATIENCE, Announcement, Bus, Encoded, Event, Listener, Question, Reach, Signal, Spending},
    ids::{NodeId, SessionId},
    telemetry::BusMeters,
};

/// Before a question that was not answered is asked again: it may have been lost.
const ASK_AGAIN: Duration = Duration::from_millis(500);

/// Why there is no bus, as a sentence for the operator. Credentials are not in it.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct BusError(pub(super) String);

/// Carries events between nodes over NATS.
///
/// What is published is encoded here and told to this node's listeners directly; what comes back of it is dropped.
/// Nothing is kept for a NATS that is away, and publishing never waits for it: [`Reach::Nobody`] is what that looks like, and
/// [`Event::Lost`] what follows it.
pub struct NatsBus {
    subjects: Subjects,
    line: watch::Receiver<bool>,
    incoming: Arc<Incoming>,
    outgoing: Outgoing,
    following: Following,
    _tasks: [AbortOnDropHandle<()>; 3],
}

impl NatsBus {
    /// Connects to `nats://HOST:PORT` or the like, as a node of the community with this database.
    ///
    /// # Errors
    /// A sentence: the address cannot be used, or nobody answers there, or lets us in.
    pub async fn connect(address: &str, epoch: &Epoch) -> Result<Self, BusError> {
        let address = Address::parse(address)
            .ok_or_else(|| BusError("cannot use this bus; give nats://HOST:PORT or tls://HOST:PORT".to_owned()))?;
        let subjects = Subjects::of(epoch);
        let incoming = Arc::new(Incoming::new(NodeId::fresh()));
        let dropped = {
            let incoming = Arc::clone(&incoming);
            move || incoming.local.tell(Event::Lost)
        };
        let unreachable =
            |reason: &dyn std::fmt::Display| BusError(format!("cannot reach the bus at {address}: {reason}"));
        let name = format!("magpie {}", incoming.node);
        let connected = line::connect(&address, &name, dropped).await;
        let (client, line) = connected.map_err(|error| unreachable(&error))?;
        let reception = Reception {
            client: client.clone(),
            line: line.clone(),
            subjects: subjects.clone(),
            incoming: Arc::clone(&incoming),
        };
        let alone = reception.hear(subjects.node(incoming.node)).await;
        let together = reception.hear(subjects.nodes()).await;
        let (alone, together) = (
            alone.map_err(|error| unreachable(&error))?,
            together.map_err(|error| unreachable(&error))?,
        );
        if !reception.confirm().await {
            return Err(unreachable(
                &"it lets us in, but what we say to ourselves does not come back",
            ));
        }
        let meters = incoming.meters.clone();
        meters.is_reachable(true);
        let watching = tokio::spawn(watch_over(reception.clone()));
        Ok(Self {
            subjects,
            outgoing: Outgoing::start(client, line.clone(), meters),
            line,
            incoming,
            following: Following::new(reception),
            _tasks: [alone, together, AbortOnDropHandle::new(watching)],
        })
    }

    /// The feeds that are followed: for whoever wants to know what a node listens to.
    pub fn followed(&self) -> Vec<FeedId> {
        self.following.feeds()
    }

    fn holds(&self) -> bool {
        *self.line.borrow()
    }

    fn send(&self, subject: String, message: &Message) {
        self.outgoing.send(subject, wire::encode(self.incoming.node, message));
    }

    /// Asks every node that lives to close what was opened with a session. While the line is torn, or somebody does not answer,
    /// that takes [`ANSWER_PATIENCE`].
    async fn end_everywhere(&self, session: SessionId) {
        let (number, mut unanswered) = self
            .incoming
            .asking
            .ask(self.incoming.neighbours.living(Instant::now()));
        let deadline = Instant::now() + ANSWER_PATIENCE;
        let mut heard_by_all = true;
        while Instant::now() < deadline {
            heard_by_all &= self.holds();
            self.send(self.subjects.nodes(), &Message::SessionEnded(session, number));
            let answered = timeout(ASK_AGAIN, unanswered.wait_for(|nodes| nodes.is_empty() && heard_by_all));
            if answered.await.is_ok() {
                break;
            }
        }
        self.incoming.asking.close(number);
    }
}

#[async_trait]
impl Bus for NatsBus {
    async fn publish(&self, changes: Arc<Changes>) {
        for encoded in Encoded::all(Arc::unwrap_or_clone(changes)) {
            let subject = self.subjects.feed(encoded.feed);
            // Cloned without its bytes, which are shared.
            self.send(subject, &Message::Changes(encoded.clone()));
            self.incoming.local.tell(Event::Encoded(encoded.into()));
        }
    }

    async fn signal(&self, signal: Signal) {
        self.incoming.local.tell(Event::Signal(signal.clone()));
        match signal {
            Signal::Typing { room, user } => {
                self.send(self.subjects.feed(FeedId::Room(room)), &Message::Typing(room, user));
            }
            Signal::SessionEnded { session } => self.end_everywhere(session).await,
        }
    }

    fn listen(&self) -> Box<dyn Listener> {
        self.incoming.local.listen()
    }

    fn follow(&self, feed: FeedId) -> BoxFuture<'static, ()> {
        Box::pin(self.following.follow(feed))
    }

    fn unfollow(&self, feed: FeedId) {
        self.following.unfollow(feed);
    }

    fn announce(&self, announcement: Announcement) {
        self.send(self.subjects.nodes(), &Message::Announcement(announcement));
    }

    fn answer(&self, question: Question) {
        self.send(self.subjects.node(question.node), &Message::Answer(question.number));
    }

    fn tell_spending(&self, spending: Vec<Spending>) {
        self.send(self.subjects.nodes(), &Message::Spending(spending));
    }

    fn spending(&self) -> Option<broadcast::Receiver<Arc<[Spending]>>> {
        Some(self.incoming.spending.subscribe())
    }

    fn reach(&self) -> Reach {
        if self.holds() { Reach::OtherNodes } else { Reach::Nobody }
    }

    fn meters(&self) -> Option<BusMeters> {
        Some(self.incoming.meters.clone())
    }
}

/// Says when the line is torn and when it is back, and then that something was lost.
async fn watch_over(reception: Reception) {
    let Incoming { local, meters, .. } = &*reception.incoming;
    let mut line = reception.line.clone();
    while line.wait_for(|holds| !holds).await.is_ok() {
        meters.is_reachable(false);
        warn!("the bus is away; what other nodes do is read from the database, seconds later");
        if line.wait_for(|holds| *holds).await.is_err() {
            return;
        }
        // Subscribed again first: whoever then asks the store misses nothing.
        reception.confirm().await;
        meters.is_reachable(true);
        info!("the bus is back");
        local.tell(Event::Lost);
    }
}
