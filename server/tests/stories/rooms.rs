//! Making rooms, joining, leaving, being removed, and what then reaches whom.

use app::protocol::{Command, ErrorCode, FeedId, Item, Reply, Role, RoomId, Seq, ServerFrame};
use reqwest::{Method, StatusCode};

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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_removed_at_n_gets_nothing_behind_n_by_any_road() {
    let server = TestServer::start().await;
    let [ann, bob, cleo, dan] = server.people(["ann", "bob", "cleo", "dan"]).await;
    let second = bob.opens_watching(&[GENERAL]).await;
    let (mut sent, mut removed_at) = (Vec::new(), Seq(0));
    for number in 0..400 {
        for person in [&cleo, &dan] {
            let client = person.client();
            sent.push((client.send(post(GENERAL, &format!("secret {number}"))).await, client));
        }
        if number == 200 {
            removed_at = ann
                .changes(Command::RemoveMember {
                    room: GENERAL,
                    user: bob.id(),
                })
                .await;
        }
    }
    let mut head = Seq(0);
    for (id, client) in &sent {
        head = head.max(client.posted(*id).await.1);
    }
    assert!(head > removed_at);
    for client in [&*bob.client(), &second] {
        client.log.find("revoked", 0, is_revoked(GENERAL)).await;
        nothing_behind(client, removed_at);
    }

    // By hello, by watch, by poll, by history, by any command.
    let later = bob.opens().await;
    later.watches([(GENERAL, Some(removed_at))]).await;
    later.log.find("revoked", 0, is_revoked(GENERAL)).await;
    let refused = later
        .ask(Command::Watch {
            room: GENERAL,
            position: None,
        })
        .await
        .unwrap_err();
    assert_eq!(refused.code, ErrorCode::NotAMember);
    let polled = bob.polls(None, &[(GENERAL, None)].into(), 0).await;
    assert!(
        polled.frames.iter().any(|frame| is_revoked(GENERAL)(frame).is_some()),
        "{:?}",
        polled.frames
    );
    let (status, _) = bob.calls(Method::GET, "/api/v1/rooms/1/messages", None).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    for command in [
        Command::GetMessages {
            room: GENERAL,
            before: None,
            limit: None,
        },
        Command::GetMembers {
            room: GENERAL,
            after: None,
        },
        Command::SetTyping { room: GENERAL },
        post(GENERAL, "let me in"),
    ] {
        assert_eq!(
            later.ask(command.clone()).await.unwrap_err().code,
            ErrorCode::NotAMember,
            "{command:?}"
        );
    }

    // What is said now, and who writes, does not reach him either.
    cleo.asks(Command::SetTyping { room: GENERAL }).await.unwrap();
    let (_, last) = cleo.says(GENERAL, "is he gone?").await;
    dan.reaches(GENERAL, last).await;
    for client in [&*bob.client(), &second, &later] {
        // An answer that was asked for now comes behind everything that was sent to this line before.
        client.ask(Command::GetUsers { users: vec![bob.id()] }).await.unwrap();
        nothing_behind(client, removed_at);
    }
    for frame in polled.frames {
        assert!(crate::harness::messages(&frame).next().is_none());
    }
}

fn nothing_behind(client: &Client, removed_at: Seq) {
    for received in client.log.since(0) {
        match &received.frame {
            ServerFrame::Changes(changes) if changes.feed == FeedId::Room(GENERAL) => {
                assert!(
                    changes.to <= removed_at,
                    "{removed_at}: {}..{}",
                    changes.after,
                    changes.to
                );
            }
            ServerFrame::Typing { room: GENERAL, .. } => panic!("typing reached somebody who was removed"),
            _ => {}
        }
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_removal_that_races_with_posts_parts_them_into_before_and_after() {
    const POSTS: usize = 400;
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["ann", "bob"]).await;
    let client = bob.client();
    let mut sent = Vec::new();
    for number in 0..POSTS {
        sent.push(client.send(post(GENERAL, &number.to_string())).await);
        if number == POSTS / 4 {
            client.posted(sent[0]).await;
        }
    }
    let removal = ann
        .changes(Command::RemoveMember {
            room: GENERAL,
            user: bob.id(),
        })
        .await;
    let mut posted = Vec::new();
    for (number, id) in sent.into_iter().enumerate() {
        match client.answer(id).await {
            Ok(Reply::Posted { seq, .. }) => {
                assert_eq!(posted.len(), number, "what follows a refusal is refused");
                assert!(seq < removal, "{seq:?} was posted by somebody who had been removed");
                posted.push(number.to_string());
            }
            refused => assert_eq!(refused.unwrap_err().code, ErrorCode::NotAMember),
        }
    }
    let bodies: Vec<_> = ann.history(GENERAL).await.into_iter().map(|row| row.body).collect();
    assert_eq!(bodies, posted, "what was acknowledged is there, and nothing else");
}
