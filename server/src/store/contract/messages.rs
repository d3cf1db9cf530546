//! Posting.

use app::protocol::{FeedId, Item, Number, Seq};
use futures::future::join_all;

use super::{
    edits::{deleted, edited},
    stage::{NOW, Stage, assert_fails, member, message, message_rows, of_feed},
};
use crate::store::{
    Constraint::IdReused,
    Posted,
    StoreError::{Conflict, Refused},
};

pub(crate) async fn numbers_and_seqs_are_dense(stage: &Stage) {
    let ann = stage.person("ann").await;
    let garden = stage.room(&ann, "garden").await;
    let kitchen = stage.room(&ann, "kitchen").await;
    for count in 1..=3 {
        for room in [garden, kitchen] {
            let posted = stage.post(&ann, room, stage.draft("你好")).await.unwrap();
            assert_eq!(
                posted.value,
                Posted {
                    number: Number(count),
                    seq: Seq(count + 1)
                }
            );
            let shared = of_feed(&posted, FeedId::Room(room));
            assert_eq!((shared.after, shared.to), (Seq(count), Seq(count + 1)));
            assert_eq!(shared, stage.between(FeedId::Room(room), Seq(count)).await);
            let row = &message_rows(&shared.items)[0];
            assert_eq!((row.body.as_str(), row.author, row.posted_at), ("你好", ann.id, NOW));
            assert_eq!((row.edited_at, row.deleted), (None, false));
            assert_eq!(*row, stage.message(&ann, room, Number(count)).await);
        }
    }
    assert_eq!(
        stage.store.message(member(&ann, garden), Number(4)).await.unwrap(),
        None
    );
}

pub(crate) async fn the_same_message_again_gives_the_first_result(stage: &Stage) {
    let ann = stage.person("ann").await;
    let general = stage.general().await.id;
    let first = stage.post(&ann, general, message("one", "hello")).await.unwrap();
    stage.says(&ann, general, "in between").await;
    let heads = (
        stage.head(FeedId::Room(general)).await,
        stage.head(FeedId::User(ann.id)).await,
    );
    let again = stage.post(&ann, general, message("one", "hello")).await.unwrap();
    assert_eq!((again.value, again.changes), (first.value, vec![]));
    assert_eq!(
        (
            stage.head(FeedId::Room(general)).await,
            stage.head(FeedId::User(ann.id)).await
        ),
        heads
    );
    assert_eq!(stage.says(&ann, general, "next").await.number, Number(3));
}

pub(crate) async fn a_retry_is_known_after_edit_and_deletion(stage: &Stage) {
    let ann = stage.person("ann").await;
    let general = stage.general().await.id;
    let standing = member(&ann, general);
    let first = stage.post(&ann, general, message("one", "hello")).await.unwrap().value;
    stage.store.edit_message(standing, edited(1, "hello!")).await.unwrap();
    assert_eq!(
        stage.post(&ann, general, message("one", "hello")).await.unwrap().value,
        first
    );
    assert_fails!(
        stage.post(&ann, general, message("one", "hello!")).await,
        Conflict(IdReused)
    );
    stage.store.edit_message(standing, deleted(1)).await.unwrap();
    assert_eq!(
        stage.post(&ann, general, message("one", "hello")).await.unwrap().value,
        first
    );
    assert!(
        stage.message(&ann, general, Number(1)).await.deleted,
        "a retry does not bring it back"
    );
}

pub(crate) async fn an_id_used_for_something_else_is_a_conflict(stage: &Stage) {
    let ann = stage.person("ann").await;
    let general = stage.general().await.id;
    let garden = stage.room(&ann, "garden").await;
    stage.post(&ann, general, message("one", "hello")).await.unwrap();
    assert_fails!(
        stage.post(&ann, general, message("one", "other")).await,
        Conflict(IdReused)
    );
    assert_fails!(
        stage.post(&ann, garden, message("one", "hello")).await,
        Conflict(IdReused)
    );
    assert_eq!(stage.head(FeedId::Room(garden)).await, Seq(1));
    assert_eq!(stage.says(&ann, general, "next").await.number, Number(2));
}

pub(crate) async fn posts_that_come_together_keep_their_order(stage: &Stage) {
    let ann = stage.person("ann").await;
    let general = stage.general().await.id;
    let before = (
        stage.head(FeedId::Room(general)).await,
        stage.head(FeedId::User(ann.id)).await,
    );
    let together = ["one", "two", "three"].map(|id| message(id, id));
    let posted = stage.post_all(&ann, general, together.to_vec()).await.unwrap();
    let places = (1..=3).map(|count| {
        Ok(Posted {
            number: Number(count),
            seq: Seq(before.0.0 + count),
        })
    });
    assert_eq!(posted.value, places.collect::<Vec<_>>());
    let shared = of_feed(&posted, FeedId::Room(general));
    assert_eq!((shared.after, shared.to), (before.0, Seq(before.0.0 + 3)));
    assert_eq!(shared, stage.between(FeedId::Room(general), before.0).await);
    let bodies: Vec<_> = message_rows(&shared.items).into_iter().map(|row| row.body).collect();
    assert_eq!(bodies, ["one", "two", "three"]);
    let own = of_feed(&posted, FeedId::User(ann.id));
    assert_eq!((own.after, own.to), (before.1, before.1.next()));
    assert!(matches!(&own.items[..], [Item::ReadMarker(marker)] if marker.read == Number(3)));
}

pub(crate) async fn a_retry_beside_its_first_try_is_stored_once(stage: &Stage) {
    let ann = stage.person("ann").await;
    let general = stage.general().await.id;
    let old = stage.post(&ann, general, message("old", "hello")).await.unwrap().value;
    let together = [
        ("old", "hello"),
        ("one", "hello"),
        ("one", "hello"),
        ("one", "other"),
        ("two", "hello"),
    ];
    let together = together.map(|(id, body)| message(id, body));
    let posted = stage.post_all(&ann, general, together.to_vec()).await.unwrap();
    let place = |distance: u64| {
        Ok(Posted {
            number: Number(old.number.0 + distance),
            seq: Seq(old.seq.0 + distance),
        })
    };
    assert_eq!(posted.value, [Ok(old), place(1), place(1), Err(IdReused), place(2)]);
    let shared = of_feed(&posted, FeedId::Room(general));
    assert_eq!(
        (shared.after, shared.to, shared.items.len()),
        (old.seq, Seq(old.seq.0 + 2), 2)
    );
    let again = stage.post_all(&ann, general, together.to_vec()).await.unwrap();
    assert_eq!((again.value, again.changes), (posted.value, vec![]), "nothing was new");
    assert_eq!(stage.head(FeedId::Room(general)).await, shared.to);
}

pub(crate) async fn an_id_belongs_to_its_author(stage: &Stage) {
    let ann = stage.person("ann").await;
    let bob = stage.person("bob").await;
    let general = stage.general().await.id;
    let first = stage.post(&ann, general, message("one", "hello")).await.unwrap().value;
    let second = stage
        .post(&bob, general, message("one", "goodbye"))
        .await
        .unwrap()
        .value;
    assert_eq!((first.number, second.number), (Number(1), Number(2)));
}

pub(crate) async fn racing_retries_store_one_message(stage: &Stage) {
    let ann = stage.person("ann").await;
    let general = stage.general().await.id;
    let posts = join_all((0..50).map(|_| stage.post(&ann, general, message("one", "hello")))).await;
    let posts: Vec<_> = posts.into_iter().map(Result::unwrap).collect();
    assert!(posts.iter().all(|posted| posted.value == posts[0].value));
    assert_eq!(posts.iter().filter(|posted| !posted.changes.is_empty()).count(), 1);
    assert_eq!(stage.says(&ann, general, "next").await.number, Number(2));
}

pub(crate) async fn racing_posters_are_dense(stage: &Stage) {
    let general = stage.general().await.id;
    let mut people = Vec::new();
    for name in ["ann", "bob", "cat", "dan"] {
        people.push(stage.person(name).await);
    }
    let before = stage.head(FeedId::Room(general)).await.0;
    let posts = (0..200).map(|count| stage.says(&people[count % people.len()], general, "hello"));
    let mut posts = join_all(posts).await;
    posts.sort_by_key(|posted| posted.number);
    let expected: Vec<_> = (1..=200)
        .map(|n| Posted {
            number: Number(n),
            seq: Seq(before + n),
        })
        .collect();
    assert_eq!(posts, expected);
    let page = stage
        .store
        .messages(member(&people[0], general), None, 500)
        .await
        .unwrap();
    assert_eq!(
        page.messages.iter().map(|row| row.number.0).collect::<Vec<_>>(),
        (1..=200).collect::<Vec<_>>()
    );
}

pub(crate) async fn one_person_posts_to_many_rooms_at_once(stage: &Stage) {
    let ann = stage.person("ann").await;
    let slugs = (0..6).map(|count| format!("room-{count}")).collect::<Vec<_>>();
    let rooms = join_all(slugs.iter().map(|slug| stage.room(&ann, slug))).await;
    let before = stage.head(FeedId::User(ann.id)).await;
    let posts = (0..60).map(|count| {
        let (room, ann) = (rooms[count % rooms.len()], &ann);
        async move { (room, stage.post(ann, room, stage.draft("hello")).await.unwrap()) }
    });
    let same_id = rooms
        .iter()
        .map(|room| stage.post(&ann, *room, message("one", "hello")));
    let (posts, same_id) = futures::join!(
        join_all(posts.collect::<Vec<_>>()),
        join_all(same_id.collect::<Vec<_>>())
    );

    let mut own: Vec<Seq> = Vec::new();
    for (room, posted) in &posts {
        assert_eq!(of_feed(posted, FeedId::Room(*room)).to, posted.value.seq);
        own.push(of_feed(posted, FeedId::User(ann.id)).to);
    }
    let (first, reused): (Vec<_>, Vec<_>) = same_id.into_iter().partition(Result::is_ok);
    assert_eq!(
        (first.len(), reused.len()),
        (1, rooms.len() - 1),
        "an id is good for one room"
    );
    for refused in reused {
        assert_fails!(refused, Conflict(IdReused));
    }
    own.push(of_feed(first[0].as_ref().unwrap(), FeedId::User(ann.id)).to);
    own.sort();
    assert_eq!(own, (1..=61).map(|count| Seq(before.0 + count)).collect::<Vec<_>>());
    assert_eq!(stage.head(FeedId::User(ann.id)).await, own[60]);
    let listed = stage.store.user_snapshot(ann.id).await.unwrap().rooms;
    let read: u64 = listed.iter().map(|listed| listed.read.0).sum();
    assert_eq!(read, 61, "one has read what one wrote, in each room");
    for room in &rooms {
        let told = stage.between(FeedId::Room(*room), Seq(1)).await;
        let numbers: Vec<u64> = message_rows(&told.items).iter().map(|row| row.number.0).collect();
        assert_eq!(numbers, (1..=told.items.len() as u64).collect::<Vec<_>>());
        assert_eq!(told.to, stage.head(FeedId::Room(*room)).await);
    }
}

pub(crate) async fn an_erring_deed_harms_no_other(stage: &Stage) {
    let ann = stage.person("ann").await;
    let bob = stage.person("bob").await;
    let general = stage.general().await.id;
    let garden = stage.room(&ann, "garden").await;
    stage.post(&ann, garden, message("taken", "hello")).await.unwrap();
    let (first, refused, reused, last) = futures::join!(
        stage.post(&ann, garden, message("first", "hello")),
        stage.post(&bob, garden, message("mine", "hello")),
        stage.post(&ann, general, message("taken", "hello")),
        stage.post(&ann, garden, message("last", "hello")),
    );
    assert_fails!(refused, Refused);
    assert_fails!(reused, Conflict(IdReused));
    let mut numbers = [first.unwrap().value.number, last.unwrap().value.number];
    numbers.sort();
    assert_eq!(numbers, [Number(2), Number(3)]);
    assert_eq!(stage.head(FeedId::Room(garden)).await, Seq(4));
}
