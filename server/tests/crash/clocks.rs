//! Holds the time that nodes tell against what their clocks were set to, so that setting them cannot do nothing unseen.

use std::{collections::BTreeMap, time::Duration};

use app::protocol::{Command, Message, Reply, RoomId, Timestamp};
use server::clock::{Clock as _, SystemClock};
use tokio::time::{interval, timeout};

use crate::{
    cluster::{Cluster, NODES},
    harness::{Line, PATIENCE, Person},
};

/// Somebody who asks nodes for the time: they date the rooms that one makes.
pub struct ClockReader {
    line: Line,
    asked: u64,
}

impl ClockReader {
    pub async fn sign_in(cluster: &Cluster) -> Self {
        let person = Person::sign_in(cluster.address(), "clock reader").await;
        Self {
            line: person.line(),
            asked: 0,
        }
    }

    /// Fails unless each node's clock shows what it was set to.
    pub async fn check_all(&mut self, cluster: &Cluster) {
        for node in 0..NODES {
            self.check(cluster, node).await;
        }
    }

    /// Fails unless the node's clock shows what it was set to.
    pub async fn check(&mut self, cluster: &Cluster, node: usize) {
        let ahead = cluster.clock(node) * 1_000;
        let (before, told, after) = timeout(PATIENCE, self.ask(cluster, node))
            .await
            .expect("a node that nobody harms tells the time");
        let possible = before.0 + ahead..=after.0 + ahead;
        assert!(
            possible.contains(&told.0),
            "node {node} says that it is {told}, and {possible:?} is when it was asked, by a clock {ahead} ms ahead"
        );
    }

    /// The time by a node's clock, between two looks at the machine's. Tries until the node is well enough to say.
    async fn ask(&mut self, cluster: &Cluster, node: usize) -> (Timestamp, Timestamp, Timestamp) {
        let mut tries = interval(Duration::from_millis(50));
        loop {
            tries.tick().await;
            let line = Line {
                address: cluster.node(node),
                ..self.line.clone()
            };
            let Ok(client) = line.open().await else { continue };
            client.send(Command::Hello(crate::hello([]))).await;
            self.asked += 1;
            let before = SystemClock.now();
            let (name, topic) = (format!("Time {}", self.asked), String::new());
            let request = client.send(Command::CreateRoom { name, topic }).await;
            if let Some(Ok(Reply::Room { room, .. })) = client.log.answer(request).await {
                return (before, room.created_at, SystemClock.now());
            }
        }
    }
}

/// How often a message bears an earlier time than the one that it follows.
pub fn times_that_went_back(rooms: &BTreeMap<RoomId, Vec<Message>>) -> usize {
    let pairs = rooms.values().flat_map(|rows| rows.windows(2));
    pairs.filter(|pair| pair[1].posted_at < pair[0].posted_at).count()
}
