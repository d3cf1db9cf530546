//! Troubles of the line and the server: what may not be stored is not acknowledged, and it goes on when the trouble is over.

use std::{sync::Arc, time::Duration};

use app::protocol::{FeedId, Number, Timestamp};

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
    let before = stage.head(FeedId::Room(general)).await;

    proxy.cuts(true);
    let (first, second) = futures::join!(
        stage.post(&ann, general, message("one", "hello")),
        stage.post(&ann, general, message("two", "hello")),
    );
    for unknown in [first, second] {
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
