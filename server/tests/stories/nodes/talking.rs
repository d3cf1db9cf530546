//! What is said on one node is read on the others.

use app::protocol::{FeedId, Seq, ServerFrame};

use super::stage::Nodes;
use crate::harness::{GENERAL, Person, until};

/// The changes of `#general` that somebody was told, as they came.
fn told(person: &Person) -> Vec<String> {
    let received = person.client().log.since(0).into_iter();
    let of_room = received.filter(|received| match &received.frame {
        ServerFrame::Changes(changes) => changes.feed == FeedId::Room(GENERAL) && !changes.items.is_empty(),
        _ => false,
    });
    of_room.map(|received| received.text).collect()
}

#[tokio::test]
async fn people_on_different_nodes_talk_both_ways_and_are_told_the_same_bytes() {
    let Some(Nodes { nodes, .. }) = Nodes::start::<3>().await else {
        return;
    };
    let (ann, bob, cleo) = tokio::join!(nodes[0].person("ann"), nodes[1].person("bob"), nodes[2].person("cleo"));
    let everybody = [&ann, &bob, &cleo];
    // From here on nobody joins, and everything comes by the bus.
    let mut head = ann.says(GENERAL, "hello 喜鹊").await.1;
    let start = head;
    for round in 0..5 {
        for person in everybody {
            for reader in everybody {
                reader.reaches(GENERAL, head).await;
            }
            head = person.says(GENERAL, &format!("{} {round}", person.you.name)).await.1;
        }
    }
    for reader in everybody {
        reader.reaches(GENERAL, head).await;
    }
    let live = |person: &Person| {
        let Seq(said) = head;
        let newest = told(person).into_iter().rev().take((said - start.0) as usize);
        newest.collect::<Vec<_>>()
    };
    assert_eq!(live(&ann).len(), 15);
    assert_eq!(live(&ann), live(&bob));
    assert_eq!(live(&ann), live(&cleo));
}

#[tokio::test]
async fn a_room_that_is_only_listed_shows_what_happens_on_another_node() {
    let Some(Nodes { nodes, .. }) = Nodes::start::<2>().await else {
        return;
    };
    let (ann, bob) = (nodes[0].person("ann").await, nodes[1].person("bob").await);
    let room = ann.creates("garden").await.id;
    bob.joins(room).await;
    let (number, _) = ann.says(room, "roses").await;
    let badge = |frame: &ServerFrame| match frame {
        ServerFrame::Activity(activity) => (activity.room == room && activity.posts == number).then_some(()),
        _ => None,
    };
    bob.client().log.find("a badge", 0, badge).await;
}

#[tokio::test]
async fn a_node_listens_to_what_somebody_on_it_wants_to_hear_and_to_nothing_else() {
    let Some(Nodes { nodes, .. }) = Nodes::start::<2>().await else {
        return;
    };
    let (ann, bob) = (nodes[0].person("ann").await, nodes[1].person("bob").await);
    let room = ann.creates("garden").await.id;
    let (here, there) = (nodes[0].bus.as_ref().unwrap(), nodes[1].bus.as_ref().unwrap());
    until("ann's room to be followed", || {
        here.followed().contains(&FeedId::Room(room))
    })
    .await;
    for feed in [FeedId::User(ann.id()), FeedId::Room(GENERAL), FeedId::Community] {
        assert!(here.followed().contains(&feed), "{feed}");
    }
    for feed in [FeedId::User(ann.id()), FeedId::Room(room)] {
        assert!(!there.followed().contains(&feed), "{feed}");
    }
    bob.joins(room).await;
    until("bob's list to be followed", || {
        there.followed().contains(&FeedId::Room(room))
    })
    .await;
    bob.client().cut();
    until("nobody to want anything", || there.followed().is_empty()).await;
}
