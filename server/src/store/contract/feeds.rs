//! Feeds: heads, catching up, starting over.

use app::protocol::{
    Changes, FeedId, FeedSnapshot, GapReason, Item, Number, RoomId, Seq, UserId,
    limits::{CATCH_UP_CHANGES, MEMBER_ROWS, PAGE_BYTES, PAGE_ROWS, SNAPSHOT_MESSAGES},
};
use futures::future::join_all;

use super::stage::{NOW, Stage, assert_fails, member, member_rows, message_rows};
use crate::store::{
    CatchUp,
    Constraint::NoSuchUser,
    MessageEdit, RoomEdit, Shared,
    StoreError::{Conflict, Refused, Unavailable},
};

fn changes(caught_up: Shared) -> Changes {
    match caught_up.into_inner() {
        CatchUp::Changes(changes) => changes,
        CatchUp::Gap(reason, _) => panic!("a gap: {reason:?}"),
    }
}

fn gap(caught_up: Shared) -> (GapReason, FeedSnapshot) {
    match caught_up.into_inner() {
        CatchUp::Gap(reason, snapshot) => (reason, snapshot),
        CatchUp::Changes(changes) => panic!("changes from {} to {}", changes.after, changes.to),
    }
}

pub(crate) async fn there_is_no_head_without_a_feed(stage: &Stage) {
    for feed in [
        FeedId::Room(RoomId(99)),
        FeedId::User(UserId(1)),
        FeedId::User(UserId(u64::MAX)),
    ] {
        assert_eq!(stage.store.head(feed).await.unwrap(), None);
        assert_eq!(stage.store.changes_between(feed, Seq(0)).await.unwrap(), None);
    }
    assert_eq!(stage.head(FeedId::Community).await, Seq(0));
    assert_fails!(stage.store.catch_up_user(UserId(1), None).await, Conflict(NoSuchUser));
    assert_fails!(stage.store.user_snapshot(UserId(1)).await, Conflict(NoSuchUser));
    assert_eq!(stage.store.activities(UserId(1)).await.unwrap(), []);
}

pub(crate) async fn the_heads_of_many_feeds_are_told_at_once(stage: &Stage) {
    let ann = stage.person("ann").await;
    let garden = stage.room(&ann, "garden").await;
    stage.says_often(&ann, garden, "hello", 3).await;
    let (garden, own) = (FeedId::Room(garden), FeedId::User(ann.id));
    let absent = [FeedId::Room(RoomId(99)), FeedId::User(UserId(u64::MAX))];
    let asked = [own, FeedId::Community, absent[0], garden, own, absent[1]];
    let told = stage.store.heads(&asked).await.unwrap();
    assert_eq!(
        told,
        [(garden, Seq(4)), (own, Seq(5)), (FeedId::Community, Seq(1))],
        "ascending, each once"
    );
    for (feed, head) in told {
        assert_eq!(stage.head(feed).await, head);
    }
    assert_eq!(stage.store.heads(&absent).await.unwrap(), []);
    assert_eq!(stage.store.heads(&[]).await.unwrap(), []);
}

pub(crate) async fn the_epoch_names_the_database(stage: &Stage) {
    let epoch = stage.store.epoch();
    assert_eq!(epoch.0.len(), 32, "128 bits in hex");
    stage.person("ann").await;
    assert_eq!(stage.store.epoch(), epoch);
}

pub(crate) async fn a_reader_without_a_position_gets_a_snapshot(stage: &Stage) {
    let ann = stage.person("ann").await;
    let room = stage.room(&ann, "garden").await;
    stage.says_often(&ann, room, "hello", SNAPSHOT_MESSAGES + 5).await;
    let standing = member(&ann, room);
    let (reason, snapshot) = gap(stage.store.catch_up_room(standing, None).await.unwrap());
    assert_eq!(reason, GapReason::First);
    assert_eq!(
        snapshot,
        FeedSnapshot::Room(stage.store.room_snapshot(standing).await.unwrap())
    );
    let FeedSnapshot::Room(snapshot) = snapshot else {
        panic!("not of a room")
    };
    assert_eq!(snapshot.position, stage.head(FeedId::Room(room)).await);
    assert_eq!(snapshot.page.messages.len(), SNAPSHOT_MESSAGES);
    assert_eq!(snapshot.page.posts, Number(SNAPSHOT_MESSAGES as u64 + 5));
    assert_eq!(
        snapshot.members.iter().map(|row| row.user).collect::<Vec<_>>(),
        [ann.id]
    );

    let (reason, snapshot) = gap(stage.store.catch_up_user(ann.id, None).await.unwrap());
    assert_eq!(reason, GapReason::First);
    assert_eq!(
        snapshot,
        FeedSnapshot::User(stage.store.user_snapshot(ann.id).await.unwrap())
    );
    let community = gap(stage.store.catch_up_community(None).await.unwrap());
    assert_eq!(
        community,
        (GapReason::First, FeedSnapshot::Community { position: Seq(1) })
    );
}

pub(crate) async fn a_reader_at_the_head_gets_nothing(stage: &Stage) {
    let ann = stage.person("ann").await;
    let general = stage.general().await.id;
    for feed in [FeedId::Room(general), FeedId::User(ann.id), FeedId::Community] {
        let head = stage.head(feed).await;
        let caught_up = match feed {
            FeedId::Room(room) => stage.store.catch_up_room(member(&ann, room), Some(head)).await,
            FeedId::User(user) => stage.store.catch_up_user(user, Some(head)).await,
            FeedId::Community => stage.store.catch_up_community(Some(head)).await,
        };
        let nothing = Changes {
            feed,
            after: head,
            to: head,
            items: vec![],
        };
        assert_eq!(changes(caught_up.unwrap()), nothing);
        assert_eq!(stage.between(feed, head).await, nothing);
    }
}

pub(crate) async fn a_reader_from_the_future_gets_a_snapshot(stage: &Stage) {
    let ann = stage.person("ann").await;
    let general = stage.general().await.id;
    let standing = member(&ann, general);
    for future in [stage.head(FeedId::Room(general)).await.next(), Seq(u64::MAX)] {
        let (reason, snapshot) = gap(stage.store.catch_up_room(standing, Some(future)).await.unwrap());
        assert_eq!((reason, snapshot.position()), (GapReason::Future, Seq(2)));
        assert_eq!(
            gap(stage.store.catch_up_user(ann.id, Some(future)).await.unwrap()).0,
            GapReason::Future
        );
        assert_eq!(
            gap(stage.store.catch_up_community(Some(future)).await.unwrap()).0,
            GapReason::Future
        );
        let nothing = stage.between(FeedId::Room(general), future).await;
        assert_eq!((nothing.after, nothing.to, nothing.items), (future, future, vec![]));
    }
}

pub(crate) async fn a_reader_too_far_behind_gets_a_snapshot(stage: &Stage) {
    let ann = stage.person("ann").await;
    let room = stage.room(&ann, "garden").await;
    let standing = member(&ann, room);
    // Makes the heads 5,001 (room) and 5,002 (person), so that one position is within reach and the one before it is not.
    stage.says_often(&ann, room, "hello", CATCH_UP_CHANGES as usize).await;
    let (reason, snapshot) = gap(stage.store.catch_up_room(standing, Some(Seq(0))).await.unwrap());
    assert_eq!(
        (reason, snapshot.position()),
        (GapReason::TooFar, Seq(CATCH_UP_CHANGES + 1))
    );
    let page = changes(stage.store.catch_up_room(standing, Some(Seq(1))).await.unwrap());
    assert_eq!(
        (page.after, page.to, page.items.len()),
        (Seq(1), Seq(1 + PAGE_ROWS as u64), PAGE_ROWS)
    );
    let (reason, _) = gap(stage.store.catch_up_user(ann.id, Some(Seq(1))).await.unwrap());
    assert_eq!(reason, GapReason::TooFar);
    let own = changes(stage.store.catch_up_user(ann.id, Some(Seq(2))).await.unwrap());
    assert_eq!(
        (own.to, own.items.len()),
        (Seq(CATCH_UP_CHANGES + 2), 1),
        "one marker, moved 5,000 times"
    );
}

pub(crate) async fn rows_come_as_they_now_stand(stage: &Stage) {
    let ann = stage.person("ann").await;
    let room = stage.room(&ann, "garden").await;
    let standing = member(&ann, room);
    stage.says_often(&ann, room, "hello", 3).await;
    for (number, body) in [(1, Some("one")), (2, None), (1, Some("uno"))] {
        let edit = MessageEdit {
            number: Number(number),
            body: body.map(str::to_owned),
            now: NOW,
        };
        stage.store.edit_message(standing, edit).await.unwrap();
    }
    let told = changes(stage.store.catch_up_room(standing, Some(Seq(1))).await.unwrap());
    let rows = message_rows(&told.items);
    let seen: Vec<_> = rows
        .iter()
        .map(|row| (row.number.0, row.changed.0, row.body.as_str(), row.deleted))
        .collect();
    assert_eq!(seen, [(3, 4, "hello", false), (2, 6, "", true), (1, 7, "uno", false)]);
    assert_eq!((told.after, told.to), (Seq(1), Seq(7)));
    let last = stage.between(FeedId::Room(room), Seq(6)).await;
    assert_eq!(message_rows(&last.items).len(), 1);
}

pub(crate) async fn a_user_feed_carries_listing_and_marker(stage: &Stage) {
    let ann = stage.person("ann").await;
    let room = stage.room(&ann, "garden").await;
    stage.says(&ann, room, "hello").await;
    let own = changes(stage.store.catch_up_user(ann.id, Some(Seq(1))).await.unwrap());
    assert_eq!((own.after, own.to), (Seq(1), Seq(3)));
    let [Item::ListedRoom(listing), Item::ReadMarker(marker)] = &own.items[..] else {
        panic!("{:?}", own.items)
    };
    assert_eq!((listing.changed, listing.room.id, listing.left), (Seq(2), room, false));
    // What the listing tells of the room is as the room now stands.
    assert_eq!(
        (listing.posts, listing.read, listing.head),
        (Number(1), Number(1), Seq(2))
    );
    assert_eq!((marker.changed, marker.room, marker.read), (Seq(3), room, Number(1)));
    let edit = RoomEdit {
        name: Some("Shed".to_owned()),
        topic: None,
    };
    stage.store.edit_room(member(&ann, room), edit).await.unwrap();
    assert_eq!(
        stage.head(FeedId::User(ann.id)).await,
        Seq(3),
        "a room's row is not part of anybody's feed"
    );
}

pub(crate) async fn a_long_way_is_gone_in_whole_seqs(stage: &Stage) {
    let ann = stage.person("ann").await;
    let room = stage.room(&ann, "garden").await;
    let people = join_all((0..20).map(|_| stage.person("bob"))).await;
    join_all(people.iter().map(|person| stage.joins(person, room))).await;
    stage.says_often(&ann, room, "hello", PAGE_ROWS).await;
    stage.says_often(&people[0], room, &"文".repeat(10_000), 12).await;
    stage.says(&ann, room, &"x".repeat(PAGE_BYTES + 1)).await;
    stage.leaves(&people[3], room).await;
    let head = stage.head(FeedId::Room(room)).await;
    let mut position = Seq(0);
    let mut items = Vec::new();
    while position < head {
        let page = stage.between(FeedId::Room(room), position).await;
        assert_eq!(page.after, position);
        assert!(page.to > position, "each page gets on");
        assert!(
            page.items
                .iter()
                .all(|item| position < item.changed() && item.changed() <= page.to)
        );
        assert!(page.items.is_sorted_by_key(Item::changed));
        assert!(page.items.len() <= PAGE_ROWS);
        let bytes = serde_json::to_vec(&page.items).unwrap().len();
        assert!(
            bytes <= PAGE_BYTES + PAGE_ROWS || page.items.len() == 1,
            "{bytes} bytes"
        );
        position = page.to;
        items.extend(page.items);
    }
    assert_eq!(position, head);
    assert_eq!(message_rows(&items).len(), PAGE_ROWS + 12 + 1);
    assert_eq!(member_rows(&items).len(), 21);
    assert_eq!(items.iter().filter(|item| matches!(item, Item::Room(_))).count(), 1);
}

pub(crate) async fn readers_who_ask_for_the_same_at_once_each_get_what_they_may(stage: &Stage) {
    let ann = stage.person("ann").await;
    let room = stage.room(&ann, "garden").await;
    let people = join_all((0..20).map(|_| stage.person("bob"))).await;
    join_all(people.iter().map(|person| stage.joins(person, room))).await;
    let before = stage.head(FeedId::Room(room)).await;
    stage.says_often(&ann, room, "hello", 3).await;
    stage.leaves(&people[7], room).await;
    let asked = people
        .iter()
        .map(|person| stage.store.catch_up_room(member(person, room), Some(before)));
    let told = stage.between(FeedId::Room(room), before).await;
    for (index, answer) in join_all(asked).await.into_iter().enumerate() {
        if index == 7 {
            assert_fails!(answer, Refused);
        } else {
            assert_eq!(changes(answer.unwrap()), told);
        }
    }
}

pub(crate) async fn a_large_room_counts_its_members_without_naming_them(stage: &Stage) {
    let general = stage.general().await.id;
    let ann = stage.person("ann").await;
    join_all((1..MEMBER_ROWS).map(|_| stage.person("bob"))).await;
    let standing = member(&ann, general);
    assert_eq!(
        stage.store.room_snapshot(standing).await.unwrap().members.len(),
        MEMBER_ROWS as usize
    );

    let before = stage.head(FeedId::Room(general)).await;
    let last = stage.sign_up("one too many").await;
    let told = stage.between(FeedId::Room(general), before).await;
    assert_eq!(
        member_rows(&told.items).len(),
        1,
        "what is for `feed` names who came or went"
    );
    assert!(last.changes.contains(&told), "what is published is the same");
    let snapshot = stage.store.room_snapshot(standing).await.unwrap();
    assert_eq!((snapshot.members, snapshot.room.members), (vec![], MEMBER_ROWS + 1));
    let listed = stage.store.user_snapshot(ann.id).await.unwrap().rooms;
    assert!(snapshot.room.large && listed.iter().all(|listed| listed.room.large));
    let page = stage.store.members(standing, None, 10).await.unwrap();
    assert_eq!((page.members.len(), page.more), (10, true), "they can still be listed");

    // Nobody may keep half a list: whoever stood before that seq starts over, also when the room is smaller again.
    stage.leaves(&last.value, general).await;
    let (reason, _) = gap(stage.store.catch_up_room(standing, Some(before)).await.unwrap());
    assert_eq!(reason, GapReason::TooFar);
    let told = changes(stage.store.catch_up_room(standing, Some(before.next())).await.unwrap());
    assert_eq!(told.to, before.next().next(), "the seq is counted");
    assert!(matches!(&told.items[..], [Item::Room(room)] if room.members == MEMBER_ROWS && room.large));
    assert_eq!(stage.store.room_snapshot(standing).await.unwrap().members, []);
}

pub(crate) async fn a_person_sees_where_their_rooms_stand(stage: &Stage) {
    let ann = stage.person("ann").await;
    let bob = stage.person("bob").await;
    let garden = stage.room(&ann, "garden").await;
    stage.room(&bob, "kitchen").await;
    stage.says_often(&ann, garden, "hello", 2).await;
    let activities = stage.store.activities(ann.id).await.unwrap();
    let seen: Vec<_> = activities
        .iter()
        .map(|row| (row.room, row.head.0, row.posts.0, row.last_posted_at))
        .collect();
    assert_eq!(
        seen,
        [(stage.general().await.id, 3, 0, None), (garden, 3, 2, Some(NOW))]
    );
}

pub(crate) async fn a_closed_store_answers_unavailable(stage: &Stage) {
    let ann = stage.person("ann").await;
    let general = stage.general().await.id;
    futures::join!(stage.store.close(), stage.store.close());
    assert_fails!(stage.post(&ann, general, stage.draft("hello")).await, Unavailable(_));
    assert_fails!(stage.store.room(general).await, Unavailable(_));
    stage.store.close().await;
}
