//! Posts that wait together are written together.

use app::protocol::{FeedId, Number, Role, Seq};
use futures::future::join_all;

use super::stage;
use crate::store::{
    FeedStore as _, MessageStore as _, OwnMarker, Standing, StoreError,
    contract::{message, of_feed},
};

#[tokio::test]
async fn many_people_who_post_to_one_room_at_once_share_transactions_and_are_dense() {
    let Some((database, store, stage)) = stage().await else {
        return;
    };
    let general = stage.general().await.id;
    let people = join_all((0..64).map(|number| stage.sign_up_as(number))).await;
    let before = stage.head(FeedId::Room(general)).await;
    let posts = people
        .iter()
        .flat_map(|person| (0..10).map(|_| stage.post(person, general, stage.draft("hello"))));
    let posts = join_all(posts.collect::<Vec<_>>()).await;
    let mut seqs = Vec::new();
    for posted in posts {
        let posted = posted.unwrap();
        let shared = of_feed(&posted, FeedId::Room(general));
        assert_eq!(
            (shared.to, shared.after.next(), shared.items.len()),
            (posted.value.seq, posted.value.seq, 1)
        );
        assert_eq!(posted.changes.len(), 2, "one's own feed moved as well");
        seqs.push(posted.value.seq);
    }
    seqs.sort();
    assert_eq!(seqs, (before.0 + 1..=before.0 + 640).map(Seq).collect::<Vec<_>>());
    for person in &people {
        let own = stage.between(FeedId::User(person.id), Seq(1)).await;
        assert_eq!((own.to, own.items.len()), (Seq(11), 1), "ten times one's own marker");
    }
    let client = database.client().await;
    let count = "SELECT count(*), count(DISTINCT xmin::text) FROM messages";
    let row = client.query_one(count, &[]).await.unwrap();
    let (messages, transactions): (i64, i64) = (row.get(0), row.get(1));
    assert_eq!(messages, 640);
    assert!(transactions < 40, "{transactions} transactions");
    store.close().await;
}

#[tokio::test]
async fn people_who_post_to_rooms_of_their_own_at_once_share_transactions() {
    let Some((database, store, stage)) = stage().await else {
        return;
    };
    let mut homes = Vec::new();
    for number in 0..32 {
        let person = stage.sign_up_as(number).await;
        let room = stage.room(&person, &format!("room-{number}")).await;
        homes.push((person, room));
    }
    let posts = (0..320).map(|count| {
        let (person, room) = &homes[count % homes.len()];
        stage.post(person, *room, stage.draft("hello"))
    });
    for posted in join_all(posts.collect::<Vec<_>>()).await {
        posted.unwrap();
    }
    for (_, room) in &homes {
        let told = stage.between(FeedId::Room(*room), Seq(1)).await;
        assert_eq!((told.to, told.items.len()), (Seq(11), 10));
    }
    let client = database.client().await;
    let count = "SELECT count(*), count(DISTINCT xmin::text) FROM messages";
    let row = client.query_one(count, &[]).await.unwrap();
    let (messages, transactions): (i64, i64) = (row.get(0), row.get(1));
    assert_eq!(messages, 320);
    assert!(transactions < 20, "{transactions} transactions");
    store.close().await;
}

#[tokio::test]
async fn who_is_refused_in_a_group_harms_nobody_else_in_it() {
    let Some((_database, store, stage)) = stage().await else {
        return;
    };
    let ann = stage.person("ann").await;
    let bob = stage.person("bob").await;
    let room = stage.room(&ann, "garden").await;
    let kitchen = stage.room(&ann, "kitchen").await;
    stage.post(&ann, kitchen, message("taken", "hello")).await.unwrap();
    let standing = |user: &app::protocol::User, role| Standing {
        user: user.id,
        room,
        role,
    };
    let posts = (0..30).map(|count| match count % 3 {
        0 => (
            standing(&ann, Role::Member),
            vec![message(&format!("m{count}"), "hello")],
        ),
        1 => (
            standing(&bob, Role::Member),
            vec![message(&format!("m{count}"), "hello")],
        ),
        _ => (
            standing(&ann, Role::Owner),
            vec![message("taken", "hello"), message(&format!("m{count}"), "hello")],
        ),
    });
    let posts =
        join_all(posts.map(|(standing, messages)| store.append_messages(standing, messages, OwnMarker::Moves))).await;
    for (count, posted) in posts.into_iter().enumerate() {
        match (count % 3, posted) {
            (0, Ok(done)) => assert!(done.value[0].is_ok()),
            (1, Err(StoreError::Refused)) => {}
            (2, Ok(done)) => assert!(done.value[0].is_err() && done.value[1].is_ok()),
            (_, other) => panic!("{count}: {other:?}"),
        }
    }
    assert_eq!(stage.says(&ann, room, "last").await.number, Number(21));
    store.close().await;
}

#[tokio::test]
async fn a_post_goes_on_when_its_caller_goes_away() {
    let Some((_database, store, stage)) = stage().await else {
        return;
    };
    let ann = stage.person("ann").await;
    let general = stage.general().await.id;
    {
        let posting = stage.post(&ann, general, message("one", "hello"));
        futures::pin_mut!(posting);
        assert!(
            futures::poll!(posting.as_mut()).is_pending(),
            "it has to go to the server"
        );
    }
    let again = stage.post(&ann, general, message("one", "hello")).await.unwrap();
    assert_eq!(
        (again.value.number, again.changes),
        (Number(1), vec![]),
        "it was posted all the same"
    );
    store.close().await;
}
