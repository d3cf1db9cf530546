//! Who is here and who writes, on whichever node.

use std::time::Duration;

use app::protocol::{Command, ServerFrame, UserId};
use tokio::time::Instant;

use super::stage::Nodes;
use crate::harness::{Client, GENERAL};

async fn sees(client: &Client, user: UserId, online: bool, mark: usize) {
    let told = move |frame: &ServerFrame| match frame {
        ServerFrame::Presence { users } => users
            .iter()
            .any(|told| told.user == user && told.online == online)
            .then_some(()),
        _ => None,
    };
    client.log.find(&format!("{user} online: {online}"), mark, told).await;
}

#[tokio::test]
async fn who_writes_and_who_comes_is_seen_on_another_node() {
    let Some(Nodes { nodes, .. }) = Nodes::start::<2>().await else {
        return;
    };
    let ann = nodes[0].person("ann").await;
    let bob = nodes[1].person("bob").await;
    ann.asks(Command::WatchPresence { users: vec![bob.id()] })
        .await
        .unwrap();
    sees(&ann.client(), bob.id(), true, 0).await;

    bob.asks(Command::SetTyping { room: GENERAL }).await.unwrap();
    let typing = |frame: &ServerFrame| match frame {
        ServerFrame::Typing { room: GENERAL, user } => Some(*user),
        _ => None,
    };
    assert_eq!(ann.client().log.find("typing", 0, typing).await, bob.id());

    let mark = ann.client().log.mark();
    bob.client().cut();
    sees(&ann.client(), bob.id(), false, mark).await;
}

#[tokio::test]
async fn the_people_of_a_node_that_vanished_vanish_within_fifteen_seconds() {
    let Some(Nodes { nodes, .. }) = Nodes::start::<2>().await else {
        return;
    };
    let ann = nodes[0].person("ann").await;
    let bob = nodes[1].person("bob").await;
    ann.asks(Command::WatchPresence { users: vec![bob.id()] })
        .await
        .unwrap();
    sees(&ann.client(), bob.id(), true, 0).await;
    let (mark, start) = (ann.client().log.mark(), Instant::now());
    nodes[1].line.as_ref().unwrap().tear();
    sees(&ann.client(), bob.id(), false, mark).await;
    assert!(start.elapsed() < Duration::from_secs(15), "{:?}", start.elapsed());
    // He was there all the while, and is seen again.
    let mark = ann.client().log.mark();
    nodes[1].is_back();
    sees(&ann.client(), bob.id(), true, mark).await;
}
