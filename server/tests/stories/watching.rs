//! Hello, watch, gap, resume: whoever was away comes back to exactly what there is.

use app::protocol::{
    Command, ErrorCode, FeedId, GapReason, Hello, RoomId, Seq, ServerFrame, VERSION, limits::WATCHED_ROOMS,
};

use crate::harness::{Client, GENERAL, Replica, TestServer, post};

/// Everything that a connection was told, as a reader holds it.
fn replica_of(client: &Client) -> Replica {
    let mut replica = Replica::default();
    replica.take_all(client.log.since(0).iter().map(|received| &received.frame));
    replica
}

#[tokio::test]
async fn hello_is_answered_by_a_welcome_and_then_by_each_feed() {
    let server = TestServer::start().await;
    let [ann] = server.people(["ann"]).await;
    let (_, seq) = ann.says(GENERAL, "before").await;
    let client = ann.opens().await;
    let welcome = client.watches([(GENERAL, None), (RoomId(4_000), None)]).await;
    assert_eq!((welcome.you.id, welcome.protocol), (ann.id(), VERSION));
    assert_eq!(
        welcome
            .rooms
            .iter()
            .map(|room| (room.room, room.head))
            .collect::<Vec<_>>(),
        [(GENERAL, seq)]
    );
    client.log.reaches(FeedId::User(ann.id()), Seq(1)).await;
    client.log.reaches(FeedId::Community, Seq(1)).await;
    client.log.reaches(FeedId::Room(GENERAL), seq).await;
    let unknown =
        |frame: &ServerFrame| matches!(frame, ServerFrame::Revoked { room } if *room == RoomId(4_000)).then_some(());
    client.log.find("that there is no such room", 0, unknown).await;
    let replica = replica_of(&client);
    assert!(
        replica.gaps.iter().all(|(_, reason)| *reason == GapReason::First),
        "{:?}",
        replica.gaps
    );
    assert_eq!(replica.messages(GENERAL).len(), 1);
}

#[tokio::test]
async fn even_nothing_new_is_said_to_a_fresh_connection() {
    let server = TestServer::start().await;
    let [ann] = server.people(["ann"]).await;
    let (_, seq) = ann.says(GENERAL, "all there is").await;
    ann.reaches(GENERAL, seq).await;
    let mut held = replica_of(&ann.client());
    let client = ann.opens().await;
    client.hello(held.hello(ann.id())).await;
    client.log.reaches(FeedId::Room(GENERAL), seq).await;
    client.log.reaches(FeedId::Community, Seq(1)).await;
    held.gaps.clear();
    held.take_all(client.log.since(0).iter().map(|received| &received.frame));
    assert!(held.gaps.is_empty(), "it goes on from where it stands");
}

#[tokio::test]
async fn a_second_hello_and_anything_before_the_first_are_refused() {
    let server = TestServer::start().await;
    let [ann] = server.people(["ann"]).await;
    let again = ann
        .client()
        .ask(Command::Hello(Hello {
            protocol: VERSION,
            ..Hello::default()
        }))
        .await;
    assert_eq!(again.unwrap_err().code, ErrorCode::HelloExpected);
    let client = ann.opens().await;
    assert_eq!(
        client.ask(post(GENERAL, "too early")).await.unwrap_err().code,
        ErrorCode::HelloExpected
    );
    let refused = client
        .try_hello(Hello {
            protocol: 99,
            ..Hello::default()
        })
        .await
        .unwrap_err();
    assert_eq!(refused.code, ErrorCode::UnsupportedProtocol);
    client.watches([]).await;
}

#[tokio::test]
async fn fifty_rooms_are_watched_and_the_next_is_too_many() {
    let server = TestServer::start().await;
    let [ann] = server.people(["ann"]).await;
    let mut rooms = Vec::new();
    for number in 0..=WATCHED_ROOMS {
        rooms.push(ann.creates(&format!("room {number}")).await.id);
    }
    let client = ann.opens().await;
    let too_many = Hello {
        protocol: VERSION,
        watch: rooms.iter().map(|room| (*room, None)).collect(),
        ..Hello::default()
    };
    assert_eq!(client.try_hello(too_many).await.unwrap_err().code, ErrorCode::TooMany);
    client
        .watches(rooms[..WATCHED_ROOMS].iter().map(|room| (*room, None)))
        .await;
    let watch = |room| Command::Watch { room, position: None };
    let one_more = rooms[WATCHED_ROOMS];
    assert_eq!(client.ask(watch(one_more)).await.unwrap_err().code, ErrorCode::TooMany);
    client
        .ask(watch(rooms[0]))
        .await
        .expect("watching again is not one more");
    client.ask(Command::Unwatch { room: rooms[0] }).await.unwrap();
    client.ask(watch(one_more)).await.unwrap();
    let (_, seq) = ann.says(one_more, "seen").await;
    client.log.reaches(FeedId::Room(one_more), seq).await;
}

#[tokio::test]
async fn a_room_that_is_not_watched_any_more_shows_as_activity_at_most_once_a_second() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["ann", "bob"]).await;
    let client = bob.client();
    client.ask(Command::Unwatch { room: GENERAL }).await.unwrap();
    let (mark, start) = (client.log.mark(), tokio::time::Instant::now());
    let mut last = None;
    for number in 0..200 {
        last = Some(ann.says(GENERAL, &format!("quick {number}")).await);
    }
    let (posts, head) = last.unwrap();
    let is_last = |frame: &ServerFrame| match frame {
        ServerFrame::Activity(activity) if activity.posts == posts => Some(*activity),
        _ => None,
    };
    let activity = client.log.find("the last activity", mark, is_last).await;
    assert_eq!((activity.room, activity.head), (GENERAL, head));
    let frames = client.log.since(mark);
    let activities = frames
        .iter()
        .filter(|received| matches!(received.frame, ServerFrame::Activity(_)))
        .count() as u64;
    assert!(
        activities <= start.elapsed().as_secs() + 2,
        "{activities} in {:?}",
        start.elapsed()
    );
    let content = frames
        .iter()
        .any(|received| crate::harness::messages(&received.frame).next().is_some());
    assert!(!content, "activity carries no messages");
}
