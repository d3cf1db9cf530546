//! Who is here and who writes, on whichever node.

use std::time::Duration;

use app::protocol::{Command, ServerFrame};
use tokio::time::Instant;

use super::stage::Nodes;
use crate::harness::GENERAL;

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
    ann.client().sees(bob.id(), true, 0).await;

    bob.asks(Command::SetTyping { room: GENERAL }).await.unwrap();
    let typing = |frame: &ServerFrame| match frame {
        ServerFrame::Typing { room: GENERAL, user } => Some(*user),
        _ => None,
    };
    assert_eq!(ann.client().log.find("typing", 0, typing).await, bob.id());

    let mark = ann.client().log.mark();
    bob.client().cut();
    ann.client().sees(bob.id(), false, mark).await;
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
    ann.client().sees(bob.id(), true, 0).await;
    let (mark, start) = (ann.client().log.mark(), Instant::now());
    nodes[1].line.as_ref().unwrap().tear();
    ann.client().sees(bob.id(), false, mark).await;
    assert!(start.elapsed() < Duration::from_secs(15), "{:?}", start.elapsed());
    // He was there all the while, and is seen again.
    let mark = ann.client().log.mark();
    nodes[1].is_back();
    ann.client().sees(bob.id(), true, mark).await;
}
