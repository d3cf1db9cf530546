//! Goal 6: a position that cannot be carried on from is told so, with what there is instead. Never silence.

use app::protocol::{Epoch, ErrorCode, FeedId, GapReason, Hello, Seq, ServerFrame, VERSION};

use crate::harness::{GENERAL, Replica, TestServer, has_no_file};

/// One room, from a position in a history.
fn hello(epoch: &Epoch, position: Option<Seq>) -> Hello {
    Hello {
        protocol: VERSION,
        epoch: Some(epoch.clone()),
        watch: [(GENERAL, position)].into(),
        ..Hello::default()
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
        client.hello(hello(epoch, position)).await;
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
    let head = ann.says_many(GENERAL, 5_001, "many").await;
    let epoch = ann.opens().await.watches([]).await.epoch;
    for (position, too_far) in [(start, true), (start.next(), false)] {
        let client = ann.opens().await;
        client.hello(hello(&epoch, Some(position))).await;
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

#[tokio::test]
async fn what_is_no_position_is_refused_and_from_the_beginning_one_gets_everything() {
    let server = TestServer::start().await;
    let [ann] = server.people(["ann"]).await;
    let (_, head) = ann.says(GENERAL, "hello").await;
    let epoch = ann.opens().await.watches([]).await.epoch;
    let client = ann.opens().await;
    for position in ["-1", "1.5", "\"1\"", "18446744073709551616"] {
        let mark = client.log.mark();
        let hello = format!(r#"{{"id":{mark},"type":"hello","protocol":1,"watch":{{"1":{position}}}}}"#);
        client.send_text(&hello).await;
        let refused = |frame: &ServerFrame| match frame {
            ServerFrame::Error { rejection, .. } => Some(rejection.code),
            _ => None,
        };
        assert_eq!(
            client.log.find("a refusal", mark, refused).await,
            ErrorCode::BadFrame,
            "{position}"
        );
    }
    let from_the_beginning = Hello {
        protocol: VERSION,
        epoch: Some(epoch),
        watch: [(GENERAL, Some(Seq(0)))].into(),
        ..Hello::default()
    };
    let client = ann.opens().await;
    client.hello(from_the_beginning).await;
    client.log.reaches(FeedId::Room(GENERAL), head).await;
    let mut held = Replica::default();
    held.take_all(client.log.since(0).iter().map(|received| &received.frame));
    assert!(held.gaps.iter().all(|(feed, _)| *feed != FeedId::Room(GENERAL)));
    assert_eq!(held.messages(GENERAL), ann.history(GENERAL).await);
}

#[tokio::test]
async fn a_database_that_was_restored_starts_everybody_over() {
    if has_no_file() {
        return;
    }
    let mut server = TestServer::start().await;
    let [ann, bob] = server.people(["ann", "bob"]).await;
    ann.says(GENERAL, "before the copy").await;
    server.stop().await;
    let (database, copy) = (server.data().join("magpie.db"), server.data().join("copy.db"));
    std::fs::copy(&database, &copy).unwrap();
    server.starts_again().await;
    ann.connects().await;
    bob.connects().await;
    let (_, lost) = ann.says(GENERAL, "after the copy").await;
    bob.reaches(GENERAL, lost).await;
    let mut held = Replica::default();
    held.take_all(bob.client().log.since(0).iter().map(|received| &received.frame));
    server.stop().await;

    // What `magpie restore` does: another epoch.
    std::fs::copy(&copy, &database).unwrap();
    rusqlite::Connection::open(&database)
        .unwrap()
        .execute("UPDATE database SET epoch = lower(hex(randomblob(16)))", [])
        .unwrap();
    server.starts_again().await;
    ann.connects().await;
    // Another message takes the very seq that the lost one had.
    let (_, head) = ann.says(GENERAL, "instead of it").await;
    assert_eq!(head, lost);
    let client = bob.opens().await;
    client.hello(held.hello(bob.id())).await;
    client.log.reaches(FeedId::Room(GENERAL), head).await;
    held.gaps.clear();
    held.take_all(client.log.since(0).iter().map(|received| &received.frame));
    assert!(
        held.gaps.contains(&(FeedId::Room(GENERAL), GapReason::First)),
        "{:?}",
        held.gaps
    );
    assert_eq!(held.messages(GENERAL), ann.history(GENERAL).await);
}
