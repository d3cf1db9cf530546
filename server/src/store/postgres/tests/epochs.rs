//! Which database it is, when the server changes.

use std::sync::Arc;

use app::protocol::RoomId;

use super::{
    super::{
        address::Address,
        epoch::{Home, Place},
        pool,
        tls::Trust,
    },
    PostgresOptions, database, open, soon, stage,
};
use crate::store::{FeedStore as _, RoomStore as _, StoreError, contract::Stage};

#[tokio::test]
async fn the_same_place_is_the_same_epoch() {
    let Some(database) = database().await else { return };
    let first = open(&database.url).await.unwrap();
    let second = open(&database.url).await.unwrap();
    assert_eq!(first.epoch(), second.epoch());
    first.close().await;
    second.close().await;
    let third = open(&database.url).await.unwrap();
    assert_eq!(third.epoch(), first.epoch());
    third.close().await;
}

#[tokio::test]
async fn another_server_or_timeline_is_another_epoch() {
    let Some(database) = database().await else { return };
    let client = database.client().await;
    let store = open(&database.url).await.unwrap();
    let mut epochs = vec![store.epoch()];
    store.close().await;
    for elsewhere in ["system_identifier = 7", "timeline = '000000FF'"] {
        client
            .batch_execute(&format!("UPDATE database SET {elsewhere}"))
            .await
            .unwrap();
        let store = open(&database.url).await.unwrap();
        assert!(!epochs.contains(&store.epoch()), "{elsewhere}");
        epochs.push(store.epoch());
        store.close().await;
    }
}

/// Ends every connection but one's own, as the end of a server does.
async fn end_connections(client: &tokio_postgres::Client) {
    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
               WHERE datname = current_database() AND pid <> pg_backend_pid()";
    client.execute(end, &[]).await.unwrap();
}

#[tokio::test]
async fn a_node_whose_database_became_another_one_is_of_no_use_and_says_so() {
    let Some((database, store, _stage)) = stage().await else {
        return;
    };
    store.probe().await.unwrap();
    let client = database.client().await;
    // As if a standby had taken over, and another node had begun on it.
    client
        .batch_execute("UPDATE database SET timeline = '000000FF'")
        .await
        .unwrap();
    end_connections(&client).await;
    let again = open(&database.url).await.unwrap();
    assert_ne!(again.epoch(), store.epoch());
    // The end of a connection may not have reached it yet.
    let left = || store.database.home.has_left();
    let refused = soon(async || store.room(RoomId(1)).await.err().filter(|_| left())).await;
    assert!(matches!(&refused, StoreError::Unavailable(_)), "{refused}");
    store.health.forget().await;
    let told = store.probe().await.unwrap_err().to_string();
    assert!(told.contains("start this node again"), "{told}");
    Stage::new(Arc::new(again)).person("ann").await;
    store.close().await;
}

#[tokio::test]
async fn a_new_connection_that_leads_to_another_timeline_is_not_used() {
    let Some((database, store, _stage)) = stage().await else {
        return;
    };
    let begun = store.database.home.known().unwrap().clone();
    let address = Address::parse(&database.url).unwrap();
    for (timeline, leads_home) in [(begun.timeline.clone(), true), ("000000FF".to_owned(), false)] {
        let home = Arc::<Home>::default();
        home.settle(Place {
            timeline,
            ..begun.clone()
        });
        let pool = pool::build(&address, PostgresOptions::default(), Trust::System, Arc::clone(&home)).unwrap();
        assert_eq!(pool::take(&pool).await.is_ok(), leads_home);
        assert_eq!(home.has_left(), !leads_home);
    }
    store.close().await;
}
