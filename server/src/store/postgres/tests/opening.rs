//! How a database is opened, and why it is not.

use futures::future::join_all;

use super::{OpenError, database, open};
use crate::store::FeedStore as _;

#[tokio::test]
async fn several_nodes_open_an_empty_database_at_once() {
    let Some(database) = database().await else { return };
    let client = database.client().await;
    client
        .batch_execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        .await
        .unwrap();
    let nodes = join_all((0..6).map(|_| open(&database.url))).await;
    let nodes: Vec<_> = nodes.into_iter().map(Result::unwrap).collect();
    assert!(nodes.iter().all(|node| node.epoch() == nodes[0].epoch()));
    let rooms: i64 = client
        .query_one("SELECT count(*) FROM rooms", &[])
        .await
        .unwrap()
        .get(0);
    assert_eq!(rooms, 1, "one room where everyone starts");
    join_all(nodes.iter().map(|node| node.close())).await;
}

#[tokio::test]
async fn a_newer_database_is_refused() {
    let Some(database) = database().await else { return };
    let client = database.client().await;
    client
        .execute("INSERT INTO migrations VALUES ('9999_from_tomorrow', 'x', 0)", &[])
        .await
        .unwrap();
    let error = open(&database.url).await.err().unwrap();
    assert!(
        matches!(&error, OpenError::Newer { migration } if migration == "9999_from_tomorrow"),
        "{error}"
    );
}

#[tokio::test]
async fn an_altered_migration_is_refused() {
    let Some(database) = database().await else { return };
    let client = database.client().await;
    client.execute("UPDATE migrations SET digest = 'x'", &[]).await.unwrap();
    let error = open(&database.url).await.err().unwrap();
    assert!(matches!(&error, OpenError::Altered { .. }), "{error}");
}

#[tokio::test]
async fn a_database_of_another_program_is_refused_and_left_alone() {
    let Some(database) = database().await else { return };
    let client = database.client().await;
    client
        .batch_execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public; CREATE TABLE users (name TEXT)")
        .await
        .unwrap();
    let error = open(&database.url).await.err().unwrap();
    assert!(matches!(&error, OpenError::NotADatabase { .. }), "{error}");
    let tables: i64 = client
        .query_one(
            "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'",
            &[],
        )
        .await
        .unwrap()
        .get(0);
    assert_eq!(tables, 1);
}

#[tokio::test]
async fn what_is_in_the_way_is_told_without_the_password() {
    let Some(database) = database().await else { return };
    let client = database.client().await;
    client
        .batch_execute("CREATE ROLE outsider LOGIN PASSWORD 'secret' CONNECTION LIMIT 0")
        .await
        .unwrap();
    let outsider = database.url.replace("postgres@", "outsider:secret@");
    let nowhere = database.url.replace("magpie_", "missing_");
    let refused = "postgres://ann:secret@127.0.0.1:1/chat".to_owned();
    for (url, named) in [
        (outsider, "127.0.0.1"),
        (nowhere, "missing_"),
        (refused, "127.0.0.1:1"),
        ("postgres://ann:secret@127.0.0.1:0x/chat".to_owned(), "postgres://USER"),
    ] {
        let error = open(&url).await.err().unwrap().to_string();
        assert!(error.contains(named) && !error.contains("secret"), "{error}");
    }
    client.batch_execute("DROP ROLE outsider").await.unwrap();
}

#[tokio::test]
async fn whoever_may_not_make_tables_can_run_on_those_that_are_there() {
    let Some(database) = database().await else { return };
    open(&database.url).await.unwrap().close().await;
    let client = database.client().await;
    client
        .batch_execute(
            "CREATE ROLE magpie_clerk LOGIN;
             GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO magpie_clerk;",
        )
        .await
        .unwrap();
    let store = open(&database.url.replace("postgres@", "magpie_clerk@")).await.unwrap();
    store.probe().await.unwrap();
    store.close().await;
    client
        .batch_execute("DROP OWNED BY magpie_clerk; DROP ROLE magpie_clerk")
        .await
        .unwrap();
}
