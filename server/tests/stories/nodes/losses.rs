//! A bus that drops, doubles and turns round what it carries, without a word: everybody ends up with everything all the same. Needs
//! no NATS.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use app::protocol::{Changes, ServerFrame};
use async_trait::async_trait;
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use server::bus::{Bus, Event, InProcessBus, Listener, Reach, Signal};
use tokio::time::timeout;

use super::stage::Nodes;
use crate::harness::{GENERAL, Replica};

/// How late anything may be, whatever the bus does.
const LATE: Duration = Duration::from_secs(5);

/// One of several nodes' end of a bus that cannot be trusted.
struct Lossy {
    bus: Arc<InProcessBus>,
    seed: u64,
}

#[async_trait]
impl Bus for Lossy {
    async fn publish(&self, changes: Arc<Changes>) {
        self.bus.publish(changes).await;
    }

    async fn signal(&self, signal: Signal) {
        self.bus.signal(signal).await;
    }

    fn listen(&self) -> Box<dyn Listener> {
        Box::new(Mangled {
            events: self.bus.listen(),
            chance: StdRng::seed_from_u64(self.seed),
            waiting: VecDeque::new(),
        })
    }

    fn reach(&self) -> Reach {
        Reach::OtherNodes
    }
}

struct Mangled {
    events: Box<dyn Listener>,
    chance: StdRng,
    waiting: VecDeque<Event>,
}

#[async_trait]
impl Listener for Mangled {
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                return Some(event);
            }
            let event = self.events.next().await?;
            match self.chance.random_range(0..6) {
                0 | 1 => {}
                2 => self.waiting.extend([event.clone(), event]),
                // What comes next goes first; should nothing come, it is lost.
                3 => {
                    if let Some(next) = self.events.next_now() {
                        self.waiting.extend([next, event]);
                    }
                }
                _ => return Some(event),
            }
        }
    }

    fn next_now(&mut self) -> Option<Event> {
        None
    }
}

async fn nodes() -> Nodes {
    let bus = Arc::new(InProcessBus::default());
    let end = |seed| {
        let bus = Arc::clone(&bus);
        Arc::new(Lossy { bus, seed }) as Arc<dyn Bus>
    };
    Nodes::over([end(1), end(2)]).await
}

#[tokio::test]
async fn everybody_ends_up_with_everything_though_a_third_is_lost_and_the_rest_turned_round() {
    let Nodes { nodes, .. } = &nodes().await;
    let (ann, bob) = (nodes[0].person("ann").await, nodes[1].person("bob").await);
    let (last, other) = tokio::join!(ann.says_many(GENERAL, 100, "ann"), bob.says_many(GENERAL, 100, "bob"));
    for reader in [&ann, &bob] {
        timeout(LATE, reader.reaches(GENERAL, last.max(other)))
            .await
            .expect("not late");
        let mut held = Replica::default();
        held.take_all(reader.client().log.since(0).iter().map(|received| &received.frame));
        assert_eq!(held.messages(GENERAL), reader.history(GENERAL).await);
    }
}

#[tokio::test]
async fn badges_of_rooms_that_are_only_listed_come_right() {
    let Nodes { nodes, .. } = &nodes().await;
    let (ann, bob) = (nodes[0].person("ann").await, nodes[1].person("bob").await);
    let room = ann.creates("garden").await.id;
    bob.joins(room).await;
    for number in 1..=10 {
        let mark = bob.client().log.mark();
        let (posts, _) = ann.says(room, &format!("{number} roses")).await;
        let badge = |frame: &ServerFrame| match frame {
            ServerFrame::Activity(activity) => (activity.room == room && activity.posts == posts).then_some(()),
            _ => None,
        };
        // A second more: badges are told once a second.
        let badge = timeout(LATE + Duration::from_secs(1), async {
            bob.client().log.find("a badge", mark, badge).await;
        });
        badge.await.expect("not late");
    }
}
