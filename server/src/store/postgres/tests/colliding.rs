//! Deeds that touch the same feeds at the same time.

use app::protocol::FeedId;
use futures::future::join_all;

use super::{open, stage};
use crate::store::{
    FeedStore as _, MessageStore as _, RoomStore as _, SessionStore as _,
    contract::{NOW, member, message},
};

#[tokio::test]
async fn joins_posts_renames_and_removals_on_two_nodes_never_wait_for_each_other_in_a_ring() {
    let Some((database, store, stage)) = stage().await else {
        return;
    };
    let other = open(&database.url).await.unwrap();
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
                    node.append_messages(standing, vec![new]).await.map(drop)
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
    let client = database.client().await;
    let deadlocks: i64 = client
        .query_one(
            "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()",
            &[],
        )
        .await
        .unwrap()
        .get(0);
    assert_eq!(deadlocks, 0);
    for room in rooms {
        let told = stage.between(FeedId::Room(room), app::protocol::Seq(0)).await;
        assert_eq!(told.to, stage.head(FeedId::Room(room)).await);
    }
    other.close().await;
    store.close().await;
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
