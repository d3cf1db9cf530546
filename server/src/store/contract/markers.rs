//! Read markers.

use app::protocol::{FeedId, Item, Number, ReadMarker, Seq, UserSnapshot};

use super::stage::{Stage, member, of_feed};
use crate::store::OwnMarker;

pub(crate) async fn posting_moves_ones_own_read_marker(stage: &Stage) {
    let ann = stage.person("ann").await;
    let bob = stage.person("bob").await;
    let general = stage.general().await.id;
    let before = stage.head(FeedId::User(bob.id)).await;
    let posted = stage.post(&ann, general, stage.draft("hello")).await.unwrap();
    let own = of_feed(&posted, FeedId::User(ann.id));
    let marker = ReadMarker {
        room: general,
        read: Number(1),
        changed: own.to,
    };
    assert_eq!(own.items, [Item::ReadMarker(marker)]);
    assert_eq!(posted.changes.len(), 2);
    assert_eq!(
        stage.head(FeedId::User(bob.id)).await,
        before,
        "posting writes nothing for readers"
    );
}

pub(crate) async fn what_others_wrote_meanwhile_is_not_read_by_posting(stage: &Stage) {
    let ann = stage.person("ann").await;
    let bob = stage.person("bob").await;
    let general = stage.general().await.id;
    let standing = member(&ann, general);
    stage.says_often(&bob, general, "unseen", 2).await;
    let posts = async |read| {
        let own_marker = OwnMarker::MovesFrom(Number(read));
        let posting = stage
            .store
            .append_messages(standing, vec![stage.draft("hello")], own_marker);
        posting.await.unwrap().changes.len()
    };
    assert_eq!(posts(0).await, 1, "the marker stays, and costs no seq");
    assert_eq!(posts(3).await, 2, "up to the newest everything was read");
    let snapshot = stage.store.user_snapshot(ann.id).await.unwrap();
    assert_eq!(
        (snapshot.rooms[0].read, snapshot.rooms[0].posts),
        (Number(4), Number(4))
    );
}

pub(crate) async fn a_marker_that_stays_costs_no_seq_and_is_moved_later(stage: &Stage) {
    let ann = stage.person("ann").await;
    let general = stage.general().await.id;
    let own = FeedId::User(ann.id);
    let before = stage.head(own).await;
    let drafts = vec![stage.draft("hello"), stage.draft("again")];
    let standing = member(&ann, general);
    let posting = stage.store.append_messages(standing, drafts, OwnMarker::Stays);
    let posted = posting.await.unwrap();
    assert_eq!((posted.value.len(), posted.changes.len()), (2, 1));
    assert_eq!(stage.head(own).await, before);
    let listed = |snapshot: UserSnapshot| (snapshot.rooms[0].read, snapshot.rooms[0].posts);
    let snapshot = stage.store.user_snapshot(ann.id).await.unwrap();
    assert_eq!(listed(snapshot), (Number(0), Number(2)));
    let moved = stage.store.mark_read(standing, Number(2)).await.unwrap();
    assert_eq!((moved.value, moved.changes.len()), (Number(2), 1));
    let snapshot = stage.store.user_snapshot(ann.id).await.unwrap();
    assert_eq!(listed(snapshot), (Number(2), Number(2)));
}

pub(crate) async fn a_read_marker_never_moves_back(stage: &Stage) {
    let ann = stage.person("ann").await;
    let bob = stage.person("bob").await;
    let general = stage.general().await.id;
    stage.says_often(&ann, general, "hello", 5).await;
    let read = stage.store.mark_read(member(&bob, general), Number(3)).await.unwrap();
    let marker = ReadMarker {
        room: general,
        read: Number(3),
        changed: Seq(2),
    };
    assert_eq!(
        (read.value, of_feed(&read, FeedId::User(bob.id)).items),
        (Number(3), vec![Item::ReadMarker(marker)])
    );
    assert_eq!(read.changes, [stage.between(FeedId::User(bob.id), Seq(1)).await]);
    for number in [0, 2, 3] {
        let back = stage
            .store
            .mark_read(member(&bob, general), Number(number))
            .await
            .unwrap();
        assert_eq!((back.value, back.changes), (Number(3), vec![]));
    }
    assert_eq!(stage.head(FeedId::User(bob.id)).await, Seq(2));
}

pub(crate) async fn a_read_marker_stops_at_the_newest_message(stage: &Stage) {
    let ann = stage.person("ann").await;
    let bob = stage.person("bob").await;
    let general = stage.general().await.id;
    stage.says_often(&ann, general, "hello", 5).await;
    let read = stage
        .store
        .mark_read(member(&bob, general), Number(u64::MAX))
        .await
        .unwrap();
    assert_eq!(read.value, Number(5));
    let listed = stage.store.user_snapshot(bob.id).await.unwrap().rooms;
    assert_eq!((listed[0].read, listed[0].posts), (Number(5), Number(5)));
}
