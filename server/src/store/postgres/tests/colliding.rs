//! Deeds that touch the same feeds at the same time.

use std::sync::Arc;

use app::protocol::{FeedId, Seq};
use futures::future::join_all;

use super::{
    super::{
        lanes::{Call, Carrier as _},
        turns::Manner,
    },
    PostgresStore, TestDatabase, database, open, soon, stage,
};
use crate::store::{
    FeedStore as _, MessageStore as _, OwnMarker, RoomStore as _, SessionStore as _,
    contract::{NOW, Stage, member, message},
};

/// Two nodes over one database, whose server looks for rings long before anybody gives up waiting.
async fn two_nodes() -> Option<(TestDatabase, Arc<PostgresStore>, PostgresStore, Stage)> {
    let database = database().await?;
    let soon = "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET deadlock_timeout = 20', current_database()); END $$";
    database.client().await.batch_execute(soon).await.unwrap();
    let (store, other) = (open(&database.url).await.unwrap(), open(&database.url).await.unwrap());
    let store = Arc::new(store);
    let stage = Stage::new(store.clone());
    Some((database, store, other, stage))
}

#[tokio::test]
async fn joins_posts_renames_and_removals_on_two_nodes_never_wait_for_each_other_in_a_ring() {
    let Some((database, store, other, stage)) = two_nodes().await else {
        return;
    };
    let people = join_all((0..8).map(|number| stage.sign_up_as(number))).await;
    let mut rooms = vec![stage.general().await.id];
    for slug in ["garden", "kitchen", "attic"] {
        rooms.push(stage.room(&people[0], slug).await);
    }
    let deeds = (0..600_usize).map(|count| {
        let (person, room) = (&people[count % people.len()], rooms[count / 7 % rooms.len()]);
        let node = if count % 2 == 0 { &*store } else { &other };
        let standing = member(person, room);
        async move {
            match count % 5 {
                0 => node.join_room(person.id, room, NOW).await.map(drop),
                1 => node.rename_user(person.id, format!("name {count}")).await.map(drop),
                2 => node.end_membership(standing, person.id).await.map(drop),
                3 => node
                    .mark_read(standing, app::protocol::Number(count as u64))
                    .await
                    .map(drop),
                _ => {
                    // The same id from both nodes: one of them finds the other's.
                    let new = message(&format!("m{}", count / 10), "hello");
                    let own_marker = [OwnMarker::Moves, OwnMarker::Stays][count % 2];
                    node.append_messages(standing, vec![new], own_marker).await.map(drop)
                }
            }
        }
    });
    for done in join_all(deeds).await {
        // Whether it was allowed is chance; that it came to an end is not.
        if let Err(error) = done {
            assert!(!matches!(error, crate::store::StoreError::Unavailable(_)), "{error}");
            assert!(!matches!(error, crate::store::StoreError::Corrupt { .. }), "{error}");
        }
    }
    for room in rooms {
        let told = stage.between(FeedId::Room(room), Seq(0)).await;
        assert_eq!(told.to, stage.head(FeedId::Room(room)).await);
    }
    other.close().await;
    store.close().await;
    assert_eq!(deadlocks(&database).await, 0);
}

#[tokio::test]
async fn two_nodes_that_post_to_the_same_rooms_as_the_same_people_wait_for_each_other_in_a_row() {
    let Some((database, store, other, stage)) = two_nodes().await else {
        return;
    };
    let people = join_all((0..8).map(|number| stage.sign_up_as(number))).await;
    let mut rooms = Vec::new();
    for number in 0..16 {
        let room = stage.room(&people[0], &format!("room-{number}")).await;
        join_all(people[1..].iter().map(|person| stage.joins(person, room))).await;
        rooms.push(room);
    }
    let streams = (0..64_usize).map(|stream| {
        let (node, people, rooms) = (if stream % 2 == 0 { &*store } else { &other }, &people, &rooms);
        async move {
            for count in 0..25 {
                let (person, room) = (&people[(stream + count) % 8], rooms[(stream / 2 + 3 * count) % 16]);
                let new = message(&format!("m{stream}-{count}"), "hello");
                let posted = node
                    .append_messages(member(person, room), vec![new], OwnMarker::Moves)
                    .await;
                assert!(posted.unwrap().value[0].is_ok());
            }
        }
    });
    join_all(streams.collect::<Vec<_>>()).await;
    let mut messages = 0;
    for room in rooms {
        let head = stage.head(FeedId::Room(room)).await;
        messages += stage
            .store
            .room_snapshot(member(&people[0], room))
            .await
            .unwrap()
            .page
            .posts
            .0;
        assert_eq!(stage.between(FeedId::Room(room), Seq(0)).await.to, head);
    }
    assert_eq!(messages, 1_600);
    other.close().await;
    store.close().await;
    assert_eq!(deadlocks(&database).await, 0);
}

#[tokio::test]
async fn rooms_are_locked_by_id_and_then_authors_by_id() {
    let Some((database, store, stage)) = stage().await else {
        return;
    };
    let people = [
        stage.person("ann").await,
        stage.person("bob").await,
        stage.person("cat").await,
    ];
    let mut rooms = Vec::new();
    for person in &people {
        rooms.push(stage.room(person, "home").await);
    }
    let (mut holder, looker) = (database.client().await, database.client().await);
    for (table, ids) in [
        ("rooms", [0, 1, 2].map(|index| rooms[index].0 as i64)),
        ("users", [0, 1, 2].map(|index| people[index].id.0 as i64)),
    ] {
        let held = holder.transaction().await.unwrap();
        let hold = format!("SELECT 1 FROM {table} WHERE id = $1 FOR UPDATE");
        held.execute(&hold, &[&ids[1]]).await.unwrap();
        let calls = [2, 0, 1].map(|index: usize| Call {
            standing: member(&people[index], rooms[index]),
            messages: vec![message(table, "hello")],
            own_marker: OwnMarker::Moves,
        });
        let calls = calls.each_ref();
        let looking = async {
            let look = format!("{hold} SKIP LOCKED");
            let is_free = async |id| !looker.query(&look, &[&id]).await.unwrap().is_empty();
            soon(async || (!is_free(ids[0]).await).then_some(())).await;
            assert!(is_free(ids[2]).await, "{table}: the one in the middle is waited for");
            held.rollback().await.unwrap();
        };
        let (answers, ()) = futures::join!(store.database.carry(&calls, Manner::Alone), looking);
        assert!(answers.unwrap().iter().all(Result::is_ok));
    }
    store.close().await;
}

/// Those that the server has broken up in this database. A connection tells its own when it has ended.
async fn deadlocks(database: &TestDatabase) -> i64 {
    let client = database.client().await;
    let others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
    soon(async || (client.query_one(others, &[]).await.unwrap().get::<_, i64>(0) == 0).then_some(())).await;
    let asked = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
    client.query_one(asked, &[]).await.unwrap().get(0)
}

#[tokio::test]
async fn rooms_of_one_name_that_are_made_at_once_get_different_slugs() {
    let Some((_database, store, stage)) = stage().await else {
        return;
    };
    let people = join_all((0..6).map(|number| stage.sign_up_as(number))).await;
    let made = join_all(people.iter().map(|person| stage.create(person, "tea"))).await;
    let mut slugs: Vec<_> = made.into_iter().map(|made| made.value.slug.0).collect();
    slugs.sort();
    assert_eq!(slugs, ["tea", "tea-2", "tea-3", "tea-4", "tea-5", "tea-6"]);
    store.close().await;
}
