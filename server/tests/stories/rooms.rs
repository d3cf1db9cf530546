//! Making rooms, joining, leaving, being removed, and what then reaches whom.

use app::protocol::{Command, ErrorCode, FeedId, Item, Reply, Role, RoomId, ServerFrame};

use crate::harness::{Client, GENERAL, Person, Replica, TestServer, post};

fn replica_of(client: &Client) -> Replica {
    let mut replica = Replica::default();
    replica.take_all(client.log.since(0).iter().map(|received| &received.frame));
    replica
}

fn is_revoked(room: RoomId) -> impl FnMut(&ServerFrame) -> Option<()> {
    move |frame| matches!(frame, ServerFrame::Revoked { room: revoked } if *revoked == room).then_some(())
}

/// Waits until a room is, or is no longer, on the person's list.
async fn is_listed(person: &Person, room: RoomId, listed: bool) {
    let row = move |frame: &ServerFrame| match frame {
        ServerFrame::Changes(changes) => changes.items.iter().find_map(|item| match item {
            Item::ListedRoom(row) if row.room.id == room && row.left != listed => Some(()),
            _ => None,
        }),
        _ => None,
    };
    person.client().log.find("the listing", 0, row).await;
}

#[tokio::test]
async fn a_room_is_made_joined_named_and_left() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["ann", "bob"]).await;
    let birds = ann.creates("Birds & more").await;
    assert_eq!((birds.slug.0.as_str(), birds.members), ("birds-more", 1));
    is_listed(&ann, birds.id, true).await;
    let found = bob
        .asks(Command::FindRoom {
            slug: birds.slug.clone(),
        })
        .await
        .unwrap();
    assert!(matches!(found, Reply::Room { member: false, .. }));
    assert_eq!(
        bob.asks(post(birds.id, "may I?")).await.unwrap_err().code,
        ErrorCode::NotAMember
    );
    bob.joins(birds.id).await;
    is_listed(&bob, birds.id, true).await;
    bob.client()
        .ask(Command::Watch {
            room: birds.id,
            position: None,
        })
        .await
        .unwrap();
    bob.says(birds.id, "here I am").await;
    let rename = Command::RenameRoom {
        room: birds.id,
        name: "Magpies".to_owned(),
    };
    assert_eq!(bob.asks(rename.clone()).await.unwrap_err().code, ErrorCode::NotAllowed);
    ann.changes(rename).await;
    let seq = ann
        .changes(Command::SetTopic {
            room: birds.id,
            topic: "black and white".to_owned(),
        })
        .await;
    bob.reaches(birds.id, seq).await;
    let copy = replica_of(&bob.client()).rooms[&birds.id].clone();
    let room = copy.room.unwrap();
    assert_eq!(
        (room.name.as_str(), room.topic.as_str(), room.slug),
        ("Magpies", "black and white", birds.slug)
    );
    assert_eq!(copy.members[&ann.id()].role, Role::Owner);
    bob.asks(Command::LeaveRoom { room: birds.id }).await.unwrap();
    is_listed(&bob, birds.id, false).await;
    bob.client().log.find("revoked", 0, is_revoked(birds.id)).await;
    assert_eq!(
        bob.asks(post(birds.id, "still here?")).await.unwrap_err().code,
        ErrorCode::NotAMember
    );
}

#[tokio::test]
async fn a_room_that_does_not_exist_is_told_as_such() {
    let server = TestServer::start().await;
    let [ann] = server.people(["ann"]).await;
    let nowhere = RoomId(999);
    for command in [
        post(nowhere, "anybody?"),
        Command::JoinRoom { room: nowhere },
        Command::Watch {
            room: nowhere,
            position: None,
        },
        Command::GetMessages {
            room: nowhere,
            before: None,
            limit: None,
        },
        Command::SetTyping { room: nowhere },
    ] {
        assert_eq!(
            ann.asks(command.clone()).await.unwrap_err().code,
            ErrorCode::RoomNotFound,
            "{command:?}"
        );
    }
}

#[tokio::test]
async fn who_was_removed_may_join_again_and_sees_all() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["ann", "bob"]).await;
    ann.changes(Command::RemoveMember {
        room: GENERAL,
        user: bob.id(),
    })
    .await;
    ann.says(GENERAL, "between").await;
    bob.joins(GENERAL).await;
    let (_, seq) = ann.says(GENERAL, "welcome back").await;
    let client = bob.opens_watching(&[GENERAL]).await;
    client.log.reaches(FeedId::Room(GENERAL), seq).await;
    assert_eq!(replica_of(&client).messages(GENERAL).len(), 2);
}
