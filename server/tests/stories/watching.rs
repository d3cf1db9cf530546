//! Hello, watch, gap, resume: whoever was away comes back to exactly what there is.

use std::sync::atomic::{AtomicBool, Ordering};

use app::protocol::{
    Command, Epoch, ErrorCode, FeedId, GapReason, Hello, RoomId, Seq, ServerFrame, VERSION, limits::WATCHED_ROOMS,
};

use crate::harness::{Client, GENERAL, Person, Replica, TestServer, post};

/// Everything that a connection was told, as a reader holds it.
fn replica_of(client: &Client) -> Replica {
    let mut replica = Replica::default();
    replica.take_all(client.log.since(0).iter().map(|received| &received.frame));
    replica
}

/// Posts many at once, and gives the last seq.
async fn posts_many(person: &Person, room: RoomId, count: usize, body: &str) -> Seq {
    let client = person.client();
    let mut last = Seq(0);
    let mut waiting = std::collections::VecDeque::new();
    for number in 0..count {
        waiting.push_back(client.send(post(room, &format!("{body} {number}"))).await);
        if waiting.len() >= 256 {
            last = client.posted(waiting.pop_front().unwrap()).await.1;
        }
    }
    for id in waiting {
        last = client.posted(id).await.1;
    }
    last
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
async fn a_reader_goes_on_from_any_age() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["ann", "bob"]).await;
    let first = posts_many(&ann, GENERAL, 600, "line").await;
    for number in [3, 300, 599] {
        let number = app::protocol::Number(number);
        ann.changes(Command::EditMessage {
            room: GENERAL,
            number,
            body: format!("edited {number}"),
        })
        .await;
        ann.changes(Command::DeleteMessage {
            room: GENERAL,
            number: app::protocol::Number(number.0 + 1),
        })
        .await;
    }
    let (_, head) = ann.says(GENERAL, "the last").await;
    let truth = bob.history(GENERAL).await;
    let epoch = bob.opens().await.watches([]).await.epoch;
    for age in [0, 1, 2, 17, first.0 / 2, first.0, head.0 - 1, head.0] {
        let client = bob.opens().await;
        let mut held = Replica {
            epoch: Some(epoch.clone()),
            ..Replica::default()
        };
        held.positions.insert(FeedId::Room(GENERAL), Seq(age));
        held.rooms.entry(GENERAL).or_default().messages = truth
            .iter()
            .filter(|row| row.changed <= Seq(age))
            .map(|row| (row.number, row.clone()))
            .collect();
        client.hello(held.hello(bob.id())).await;
        client.log.reaches(FeedId::Room(GENERAL), head).await;
        held.take_all(client.log.since(0).iter().map(|received| &received.frame));
        assert_eq!(held.messages(GENERAL), truth, "from {age}");
        assert!(
            held.gaps.iter().all(|(feed, _)| *feed != FeedId::Room(GENERAL)),
            "5,000 changes are carried without a gap"
        );
    }
}

#[tokio::test]
async fn positions_that_cannot_be_carried_on_get_a_gap_that_says_why() {
    let server = TestServer::start().await;
    let [ann] = server.people(["ann"]).await;
    let (_, head) = ann.says(GENERAL, "hello").await;
    let epoch = ann.opens().await.watches([]).await.epoch;
    let elsewhere = Epoch("another".to_owned());
    for (epoch, position, expected) in [
        (&epoch, None, GapReason::First),
        (&epoch, Some(head.next()), GapReason::Future),
        (&epoch, Some(Seq(1 << 53)), GapReason::Future),
        // Positions of another database are void: as if none were named.
        (&elsewhere, Some(head), GapReason::First),
    ] {
        let client = ann.opens().await;
        let watch = [(GENERAL, position)].into();
        client
            .hello(Hello {
                protocol: VERSION,
                epoch: Some(epoch.clone()),
                watch,
                ..Hello::default()
            })
            .await;
        let gap = |frame: &ServerFrame| match frame {
            ServerFrame::Gap {
                feed: FeedId::Room(GENERAL),
                reason,
                snapshot,
            } => Some((*reason, snapshot.position())),
            _ => None,
        };
        assert_eq!(client.log.find("a gap", 0, gap).await, (expected, head), "{position:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_more_than_5000_changes_behind_starts_over() {
    let server = TestServer::start().await;
    let [ann] = server.people(["ann"]).await;
    let (_, start) = ann.says(GENERAL, "the first").await;
    let head = posts_many(&ann, GENERAL, 5_001, "many").await;
    let epoch = ann.opens().await.watches([]).await.epoch;
    for (position, too_far) in [(start, true), (start.next(), false)] {
        let client = ann.opens().await;
        let watch = [(GENERAL, Some(position))].into();
        client
            .hello(Hello {
                protocol: VERSION,
                epoch: Some(epoch.clone()),
                watch,
                ..Hello::default()
            })
            .await;
        client.log.reaches(FeedId::Room(GENERAL), head).await;
        let frames = client.log.since(0);
        let reason = frames.iter().find_map(|received| match received.frame {
            ServerFrame::Gap {
                feed: FeedId::Room(GENERAL),
                reason,
                ..
            } => Some(reason),
            _ => None,
        });
        assert_eq!(reason, too_far.then_some(GapReason::TooFar));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn coming_back_while_others_go_on_posting_misses_nothing() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["ann", "bob"]).await;
    let over = AtomicBool::new(false);
    let posting = async {
        let head = posts_many(&ann, GENERAL, 1_500, "on and on").await;
        over.store(true, Ordering::Relaxed);
        head
    };
    let coming_back = async {
        let mut held = Replica::default();
        let mut rounds = 0;
        while !over.load(Ordering::Relaxed) || rounds < 5 {
            let client = bob.opens().await;
            let mark = held.position(GENERAL).map_or(0, |seq| seq.0);
            let mut hello = held.hello(bob.id());
            hello.watch.entry(GENERAL).or_insert(None);
            client.hello(hello).await;
            // Any sign of the room, then away again: mostly in the middle of catching up.
            let told = |frame: &ServerFrame| match frame {
                ServerFrame::Changes(changes) if changes.feed == FeedId::Room(GENERAL) => Some(()),
                ServerFrame::Gap {
                    feed: FeedId::Room(GENERAL),
                    ..
                } => Some(()),
                _ => None,
            };
            client.log.find("the room", 0, told).await;
            client.cut();
            held.take_all(client.log.since(0).iter().map(|received| &received.frame));
            assert!(
                held.position(GENERAL).is_some_and(|seq| seq.0 >= mark),
                "a position never goes back"
            );
            rounds += 1;
        }
        held
    };
    let (head, mut held) = tokio::join!(posting, coming_back);
    let client = bob.opens().await;
    client.hello(held.hello(bob.id())).await;
    client.log.reaches(FeedId::Room(GENERAL), head).await;
    held.take_all(client.log.since(0).iter().map(|received| &received.frame));
    let truth = bob.history(GENERAL).await;
    let newest = held.messages(GENERAL);
    assert_eq!(
        newest,
        truth[truth.len() - newest.len()..],
        "the range held is what the history says"
    );
    assert_eq!(truth.len(), 1_500);
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
