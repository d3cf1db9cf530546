//! Troubles of the line and the server: what may not be stored is not acknowledged, and it goes on when the trouble is over.

use std::{sync::Arc, time::Duration};

use app::protocol::{FeedId, Number, RoomId, Timestamp};
use futures::{FutureExt as _, future::join_all};

use super::{
    PostgresOptions, PostgresStore, database, open,
    proxy::{Cut, Proxy},
    soon, stage,
};
use crate::store::{
    FeedStore as _, RoomStore as _, StoreError,
    contract::{Stage, message},
};

/// What comes of a post whose commit nobody heard the end of.
async fn a_commit_is_cut(cut: Cut) {
    let Some(database) = database().await else { return };
    let proxy = Proxy::before(&database.url, cut).await;
    let store = Arc::new(open(&proxy.url).await.unwrap());
    let stage = Stage::new(store.clone());
    let ann = stage.person("ann").await;
    let general = stage.general().await.id;
    let garden = stage.room(&ann, "garden").await;
    let before = stage.head(FeedId::Room(general)).await;

    proxy.cuts(true);
    // Some of these wait together: a cut is the end of several rooms' posts.
    let (first, second, others) = futures::join!(
        stage.post(&ann, general, message("one", "hello")),
        stage.post(&ann, general, message("two", "hello")),
        join_all((0..8).map(|count| stage.post(&ann, garden, message(&format!("m{count}"), "hello")))),
    );
    for unknown in [first, second].into_iter().chain(others) {
        assert!(
            matches!(unknown, Err(StoreError::Unavailable(_))),
            "nobody knows, so nobody is told"
        );
    }
    proxy.cuts(false);

    let again = stage.post(&ann, general, message("one", "hello")).await.unwrap();
    assert_eq!(again.value.number, Number(1), "stored once, whichever it was");
    assert_eq!(again.changes.is_empty(), cut == Cut::AfterCommit);
    stage.post(&ann, general, message("two", "hello")).await.unwrap();
    let told = stage.between(FeedId::Room(general), before).await;
    assert_eq!((told.to.0, told.items.len()), (before.0 + 2, 2));
    for count in 0..8 {
        stage
            .post(&ann, garden, message(&format!("m{count}"), "hello"))
            .await
            .unwrap();
    }
    assert_eq!(stage.says(&ann, garden, "last").await.number, Number(9));
    store.close().await;
}

#[tokio::test]
async fn a_commit_that_the_server_never_heard_is_acknowledged_to_nobody() {
    a_commit_is_cut(Cut::BeforeCommit).await;
}

#[tokio::test]
async fn a_commit_whose_answer_was_lost_is_acknowledged_to_nobody_and_not_done_twice() {
    a_commit_is_cut(Cut::AfterCommit).await;
}

#[tokio::test]
async fn when_all_connections_are_in_use_the_next_call_is_told_so_and_nothing_is_stuck() {
    let Some(database) = database().await else { return };
    let few = PostgresOptions {
        connections: 1,
        patience: Duration::from_millis(100),
    };
    let store = Arc::new(PostgresStore::open(&database.url, few, Timestamp(0)).await.unwrap());
    let stage = Stage::new(store.clone());
    let ann = stage.person("ann").await;
    let general = stage.general().await.id;
    let mut other = database.client().await;
    let held = other.transaction().await.unwrap();
    held.execute("SELECT 1 FROM rooms WHERE id = 1 FOR UPDATE", &[])
        .await
        .unwrap();
    let (posted, ()) = futures::join!(stage.post(&ann, general, stage.draft("hello")), async {
        // The post has the one connection, and waits for the lock.
        let error = soon(async || store.room(general).await.err()).await;
        assert!(matches!(&error, StoreError::Unavailable(_)), "{error}");
        assert!(error.to_string().contains("in use"), "{error}");
        held.rollback().await.unwrap();
    });
    assert_eq!(posted.unwrap().value.number, Number(1));
    assert!(store.room(general).await.unwrap().is_some());
    store.close().await;
}

#[tokio::test]
async fn connections_that_the_server_ended_are_replaced() {
    let Some((database, store, stage)) = stage().await else {
        return;
    };
    let ann = stage.person("ann").await;
    let general = stage.general().await.id;
    stage.says(&ann, general, "before").await;
    let client = database.client().await;
    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
               WHERE datname = current_database() AND pid <> pg_backend_pid()";
    client.execute(end, &[]).await.unwrap();
    let retried = message("after", "hello");
    // The end of a connection may be noticed only by whoever uses it.
    let posted = soon(async || stage.post(&ann, general, retried.clone()).await.ok()).await;
    assert_eq!(posted.value.number, Number(2));
    store.close().await;
}

#[tokio::test]
async fn a_server_that_refuses_writes_acknowledges_nothing_and_says_so() {
    let Some((database, store, stage)) = stage().await else {
        return;
    };
    let ann = stage.person("ann").await;
    let general = stage.general().await.id;
    stage.says(&ann, general, "before").await;
    let client = database.client().await;
    client
        .batch_execute(
            "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
             $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$;
             CREATE TRIGGER full_disk BEFORE INSERT ON messages EXECUTE FUNCTION full_disk();
             CREATE TRIGGER full_disk BEFORE UPDATE ON probe EXECUTE FUNCTION full_disk()",
        )
        .await
        .unwrap();
    let refused = stage.post(&ann, general, stage.draft("refused")).await;
    assert!(matches!(refused, Err(StoreError::Unavailable(_))));
    store.health.forget().await;
    assert!(store.probe().await.is_err(), "whoever asks is told");
    assert_eq!(
        stage.message(&ann, general, Number(1)).await.body,
        "before",
        "it can be read"
    );
    client
        .batch_execute("DROP TRIGGER full_disk ON messages; DROP TRIGGER full_disk ON probe")
        .await
        .unwrap();
    assert_eq!(
        stage.says(&ann, general, "after").await.number,
        Number(2),
        "what was refused burnt no number"
    );
    store.health.forget().await;
    store.probe().await.unwrap();
    store.close().await;
}

#[tokio::test]
async fn a_room_that_somebody_else_holds_soon_holds_up_no_other_room() {
    let Some((database, store, stage)) = stage().await else {
        return;
    };
    let ann = stage.person("ann").await;
    let mut rooms = Vec::new();
    for number in 0..8 {
        rooms.push(stage.room(&ann, &format!("room-{number}")).await);
    }
    let mut other = database.client().await;
    let held = other.transaction().await.unwrap();
    let hold = "SELECT 1 FROM rooms WHERE id = $1 FOR UPDATE";
    held.execute(hold, &[&(rooms[3].0 as i64)]).await.unwrap();
    let post = |room: &RoomId| stage.post(&ann, *room, stage.draft("hello"));
    let mut posts: Vec<_> = rooms.iter().map(|room| post(room).boxed()).collect();
    for posting in &mut posts {
        // Behind the first of them the others wait, and go together.
        assert!(futures::poll!(posting).is_pending());
    }
    let mut waiting = posts.remove(3);
    for round in 1..=3 {
        for posted in join_all(posts).await {
            assert_eq!(posted.unwrap().value.number, Number(round));
        }
        assert!(futures::poll!(&mut waiting).is_pending(), "its lock is waited for");
        posts = rooms
            .iter()
            .filter(|room| **room != rooms[3])
            .map(|room| post(room).boxed())
            .collect();
    }
    drop(posts);
    held.rollback().await.unwrap();
    assert_eq!(waiting.await.unwrap().value.number, Number(1));
    store.close().await;
}

#[tokio::test]
async fn a_damaged_room_costs_no_other_room_its_posts() {
    let Some((database, store, stage)) = stage().await else {
        return;
    };
    let ann = stage.person("ann").await;
    let mut rooms = Vec::new();
    for number in 0..8 {
        rooms.push(stage.room(&ann, &format!("room-{number}")).await);
        stage.says(&ann, rooms[number], "hello").await;
    }
    let client = database.client().await;
    let damage = "UPDATE rooms SET posts = 0 WHERE id = $1";
    client.execute(damage, &[&(rooms[3].0 as i64)]).await.unwrap();
    for round in 0..2 {
        let posts = rooms.iter().map(|room| stage.post(&ann, *room, stage.draft("hello")));
        for (number, posted) in join_all(posts.collect::<Vec<_>>()).await.into_iter().enumerate() {
            match posted {
                Err(StoreError::Corrupt { .. }) => assert_eq!(number, 3),
                posted => assert_eq!(posted.unwrap().value.number, Number(round + 2)),
            }
        }
    }
    store.close().await;
}

#[tokio::test]
async fn what_collided_with_others_is_tried_again_but_not_for_ever() {
    let Some((database, store, stage)) = stage().await else {
        return;
    };
    let ann = stage.person("ann").await;
    let general = stage.general().await.id;
    let client = database.client().await;
    // A sequence is not rolled back, so it counts the tries.
    client
        .batch_execute(
            "CREATE SEQUENCE tries;
             CREATE FUNCTION collide() RETURNS trigger LANGUAGE plpgsql AS
             $$ BEGIN
                 IF nextval('tries') % 10 NOT IN (3, 0) THEN
                     RAISE EXCEPTION 'collided' USING ERRCODE = 'deadlock_detected';
                 END IF;
                 RETURN NEW;
             END $$;
             CREATE TRIGGER collide BEFORE INSERT ON messages FOR EACH ROW EXECUTE FUNCTION collide()",
        )
        .await
        .unwrap();
    let first = stage.post(&ann, general, message("one", "hello")).await.unwrap();
    assert_eq!(first.value.number, Number(1), "at the third try");
    let second = stage.post(&ann, general, message("two", "hello")).await;
    assert!(
        matches!(second, Err(StoreError::Unavailable(_))),
        "six tries were in vain"
    );
    let second = stage.post(&ann, general, message("two", "hello")).await.unwrap();
    assert_eq!(second.value.number, Number(2), "at the seventh");
    store.close().await;
}
