//! Who is removed at n on one node gets nothing behind n on another, also while everybody talks.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use app::protocol::{Command, FeedId, ServerFrame};

use super::stage::Nodes;
use crate::harness::{GENERAL, Person, post};

/// Posts as fast as answers come, until it is over.
async fn talks(person: &Person, is_over: &AtomicBool) {
    let client = person.client();
    while !is_over.load(Relaxed) {
        let mut sent = Vec::new();
        for number in 0..16 {
            sent.push(client.send(post(GENERAL, &format!("secret {number}"))).await);
        }
        for id in sent {
            client.posted(id).await;
        }
    }
}

#[tokio::test]
async fn who_is_removed_on_one_node_under_load_gets_nothing_later_on_another() {
    let Some(Nodes { nodes, .. }) = Nodes::start::<2>().await else {
        return;
    };
    let ann = nodes[0].person("ann").await;
    let (cleo, dan) = (nodes[0].person("cleo").await, nodes[1].person("dan").await);
    let bob = nodes[1].person("bob").await;
    let is_over = AtomicBool::new(false);
    let removal = async {
        for _ in 0..20 {
            ann.says(GENERAL, "soon").await;
        }
        let user = bob.id();
        let removed = ann.changes(Command::RemoveMember { room: GENERAL, user }).await;
        // The others talk on for a while behind it.
        for _ in 0..20 {
            ann.says(GENERAL, "later").await;
        }
        is_over.store(true, Relaxed);
        removed
    };
    let (removed, ..) = tokio::join!(removal, talks(&cleo, &is_over), talks(&dan, &is_over));
    let farewell = |frame: &ServerFrame| matches!(frame, ServerFrame::Revoked { room: GENERAL }).then_some(());
    bob.client().log.find("the end", 0, farewell).await;
    // An answer comes behind everything that was sent before it.
    bob.asks(Command::ListRooms { after: None }).await.unwrap();
    let received = bob.client().log.since(0);
    let (mut position, mut said_goodbye) = (None, false);
    for received in received {
        match received.frame {
            ServerFrame::Changes(changes) if changes.feed == FeedId::Room(GENERAL) => {
                assert!(!said_goodbye, "{}", received.text);
                position = Some(changes.to);
            }
            ServerFrame::Revoked { room: GENERAL } => said_goodbye = true,
            _ => {}
        }
    }
    assert!(
        position.is_some_and(|position| position <= removed),
        "{position:?}, {removed}"
    );
}
