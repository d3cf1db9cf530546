//! Rooms and who belongs to them.

use std::collections::HashSet;

use app::protocol::{FeedId, Item, Number, Role, RoomId, Seq, Slug, UserId, limits::ROOMS_PER_PERSON};
use futures::future::join_all;

use super::stage::{NOW, Stage, assert_fails, member, member_rows, message, of_feed, owner};
use crate::store::{
    Constraint::{NoSuchMember, NoSuchRoom, NoSuchUser, TooManyRooms},
    MessageEdit, NewRoom, RoomEdit,
    StoreError::{Conflict, Refused},
};

pub(crate) async fn general_is_there_from_the_start(stage: &Stage) {
    let general = stage.general().await;
    assert_eq!(
        (general.name.as_str(), general.members, general.changed),
        ("General", 0, Seq(1))
    );
    assert_eq!(stage.store.room(general.id).await.unwrap(), Some(general.clone()));
    let changes = stage.between(FeedId::Room(general.id), Seq(0)).await;
    assert_eq!((changes.to, changes.items), (Seq(1), vec![Item::Room(general)]));
    assert_eq!(
        stage.store.room_by_slug(&Slug("elsewhere".to_owned())).await.unwrap(),
        None
    );
    assert_eq!(stage.store.room(RoomId(u64::MAX)).await.unwrap(), None);
}

pub(crate) async fn a_creator_owns_the_room(stage: &Stage) {
    stage.person("ann").await;
    let bob = stage.person("bob").await;
    let created = stage.create(&bob, "garden").await;
    let room = created.value.clone();
    assert_eq!(
        (room.slug.0.as_str(), room.members, room.changed, room.created_at),
        ("garden", 1, Seq(1), NOW)
    );
    assert_eq!(
        stage.store.membership(bob.id, room.id).await.unwrap(),
        Some(Role::Owner)
    );
    assert_eq!(
        of_feed(&created, FeedId::Room(room.id)),
        stage.between(FeedId::Room(room.id), Seq(0)).await
    );
    assert_eq!(
        of_feed(&created, FeedId::User(bob.id)),
        stage.between(FeedId::User(bob.id), Seq(1)).await
    );
    assert_eq!(created.changes.len(), 2);
}

pub(crate) async fn a_taken_slug_gets_a_number(stage: &Stage) {
    let ann = stage.person("ann").await;
    let mut slugs = Vec::new();
    for wished in ["tea", "tea", "tea", "general", "tea-2"] {
        slugs.push(stage.create(&ann, wished).await.value.slug.0);
    }
    assert_eq!(slugs, ["tea", "tea-2", "tea-3", "general-2", "tea-2-2"]);
}

pub(crate) async fn a_slug_that_many_wish_for_is_found_without_counting_them(stage: &Stage) {
    let ann = stage.person("ann").await;
    let mut slugs = HashSet::new();
    for _ in 0..12 {
        let slug = stage.create(&ann, "tea").await.value.slug.0;
        assert!(slug.starts_with("tea"), "{slug}");
        slugs.insert(slug);
    }
    assert!(slugs.contains("tea-9") && !slugs.contains("tea-10"), "{slugs:?}");
    assert_eq!(slugs.len(), 12);
}

pub(crate) async fn nobody_is_in_more_rooms_than_can_be_told_at_a_time(stage: &Stage) {
    let (ann, bob) = (stage.person("ann").await, stage.person("bob").await);
    let more = stage.room(&bob, "one more").await;
    // Everybody starts in one.
    let made = join_all((1..ROOMS_PER_PERSON).map(|_| stage.room(&ann, "many"))).await;
    assert_fails!(stage.store.join_room(ann.id, more, NOW).await, Conflict(TooManyRooms));
    let head = stage.head(FeedId::User(ann.id)).await;
    let wished = NewRoom {
        slug: Slug("last".to_owned()),
        name: "Last".to_owned(),
        topic: String::new(),
        now: NOW,
    };
    assert_fails!(stage.store.create_room(ann.id, wished).await, Conflict(TooManyRooms));
    assert_eq!(stage.store.room_by_slug(&Slug("last".to_owned())).await.unwrap(), None);
    assert_eq!(stage.head(FeedId::User(ann.id)).await, head, "nothing was written");
    stage.leaves(&ann, made[0]).await;
    stage.store.join_room(ann.id, more, NOW).await.unwrap();
}

pub(crate) async fn a_stranger_cannot_make_a_room(stage: &Stage) {
    let room = NewRoom {
        slug: Slug("x".to_owned()),
        name: "X".to_owned(),
        topic: String::new(),
        now: NOW,
    };
    assert_fails!(stage.store.create_room(UserId(9), room).await, Conflict(NoSuchUser));
    assert_eq!(stage.store.room_by_slug(&Slug("x".to_owned())).await.unwrap(), None);
}

pub(crate) async fn joining_moves_both_feeds_by_one(stage: &Stage) {
    let ann = stage.person("ann").await;
    let bob = stage.person("bob").await;
    let room = stage.room(&ann, "garden").await;
    let joined = stage.store.join_room(bob.id, room, NOW).await.unwrap();
    assert_eq!((joined.value.members, joined.value.changed), (2, Seq(2)));
    let shared = of_feed(&joined, FeedId::Room(room));
    assert_eq!((shared.after, shared.to), (Seq(1), Seq(2)));
    assert_eq!(shared.items.len(), 2, "the member's row and the room's");
    assert!(shared.items.iter().all(|item| item.changed() == Seq(2)));
    assert_eq!(shared, stage.between(FeedId::Room(room), Seq(1)).await);
    let own = of_feed(&joined, FeedId::User(bob.id));
    assert_eq!((own.after, own.to, own.items.len()), (Seq(1), Seq(2), 2));
    assert_eq!(own, stage.between(FeedId::User(bob.id), Seq(1)).await);
}

pub(crate) async fn joining_twice_changes_nothing(stage: &Stage) {
    let ann = stage.person("ann").await;
    let room = stage.room(&ann, "garden").await;
    let again = stage.store.join_room(ann.id, room, NOW).await.unwrap();
    assert_eq!((again.value.id, again.changes), (room, vec![]));
    assert_eq!(stage.store.membership(ann.id, room).await.unwrap(), Some(Role::Owner));
    assert_eq!(stage.head(FeedId::Room(room)).await, Seq(1));
    assert_fails!(
        stage.store.join_room(ann.id, RoomId(99), NOW).await,
        Conflict(NoSuchRoom)
    );
    assert_fails!(stage.store.join_room(UserId(99), room, NOW).await, Conflict(NoSuchUser));
}

pub(crate) async fn joining_marks_everything_as_read(stage: &Stage) {
    let ann = stage.person("ann").await;
    let bob = stage.person("bob").await;
    let room = stage.room(&ann, "garden").await;
    stage.says_often(&ann, room, "hello", 4).await;
    stage.joins(&bob, room).await;
    let listed = stage.store.user_snapshot(bob.id).await.unwrap().rooms;
    let listed = listed.iter().find(|listed| listed.room.id == room).unwrap();
    assert_eq!((listed.read, listed.posts, listed.head), (Number(4), Number(4), Seq(6)));
    assert_eq!((listed.last_posted_at, listed.role), (Some(NOW), Role::Member));
}

pub(crate) async fn leaving_leaves_tombstones(stage: &Stage) {
    let ann = stage.person("ann").await;
    let bob = stage.person("bob").await;
    let room = stage.room(&ann, "garden").await;
    stage.joins(&bob, room).await;
    let left = stage.store.end_membership(member(&bob, room), bob.id).await.unwrap();
    assert_eq!(left.value, Seq(3));
    let shared = of_feed(&left, FeedId::Room(room));
    assert_eq!((shared.after, shared.to), (Seq(2), Seq(3)));
    assert_eq!(shared, stage.between(FeedId::Room(room), Seq(2)).await);
    let rows = member_rows(&shared.items);
    assert_eq!(
        rows.iter().map(|row| (row.user, row.left)).collect::<Vec<_>>(),
        [(bob.id, true)]
    );
    let own = of_feed(&left, FeedId::User(bob.id));
    assert!(matches!(&own.items[..], [Item::ListedRoom(row)] if row.left && row.room.id == room));
    assert_eq!(own, stage.between(FeedId::User(bob.id), Seq(2)).await);
    assert_eq!(stage.store.room(room).await.unwrap().unwrap().members, 1);
    assert_eq!(
        stage.store.user_snapshot(bob.id).await.unwrap().rooms.len(),
        1,
        "only general"
    );
    assert_eq!(stage.store.activities(bob.id).await.unwrap().len(), 1);
    assert_eq!(
        stage
            .store
            .room_snapshot(member(&ann, room))
            .await
            .unwrap()
            .members
            .len(),
        1
    );
}

pub(crate) async fn somebody_removed_is_refused_everywhere(stage: &Stage) {
    let ann = stage.person("ann").await;
    let bob = stage.person("bob").await;
    let room = stage.room(&ann, "garden").await;
    stage.joins(&bob, room).await;
    stage.post(&bob, room, message("first", "hello")).await.unwrap();
    let removed = stage.store.end_membership(owner(&ann, room), bob.id).await.unwrap();
    let standing = member(&bob, room);
    let store = &stage.store;
    assert_eq!(store.membership(bob.id, room).await.unwrap(), None);
    assert_fails!(stage.post(&bob, room, message("second", "hello")).await, Refused);
    assert_fails!(stage.post(&bob, room, message("first", "hello")).await, Refused);
    let edit = MessageEdit {
        number: Number(1),
        body: None,
        now: NOW,
    };
    assert_fails!(store.edit_message(standing, edit).await, Refused);
    assert_fails!(store.message(standing, Number(1)).await, Refused);
    assert_fails!(store.messages(standing, None, 10).await, Refused);
    assert_fails!(store.mark_read(standing, Number(1)).await, Refused);
    assert_fails!(store.catch_up_room(standing, None).await, Refused);
    assert_fails!(store.catch_up_room(standing, Some(Seq(1))).await, Refused);
    assert_fails!(store.room_snapshot(standing).await, Refused);
    assert_fails!(store.members(standing, None, 10).await, Refused);
    assert_fails!(store.edit_room(standing, RoomEdit::default()).await, Refused);
    assert_fails!(store.end_membership(standing, bob.id).await, Refused);
    assert_fails!(
        store.end_membership(owner(&ann, room), bob.id).await,
        Conflict(NoSuchMember)
    );
    assert_eq!(stage.head(FeedId::Room(room)).await, removed.value);
}

pub(crate) async fn somebody_who_comes_back_is_a_member_again(stage: &Stage) {
    let ann = stage.person("ann").await;
    let bob = stage.person("bob").await;
    let room = stage.room(&ann, "garden").await;
    stage.joins(&bob, room).await;
    stage.leaves(&ann, room).await;
    stage.says_often(&bob, room, "hello", 2).await;
    stage.joins(&ann, room).await;
    assert_eq!(stage.store.membership(ann.id, room).await.unwrap(), Some(Role::Member));
    let members = stage.store.members(member(&bob, room), None, 10).await.unwrap().members;
    assert_eq!(
        members.iter().map(|row| (row.user, row.left)).collect::<Vec<_>>(),
        [(ann.id, false), (bob.id, false)]
    );
    let listed = stage.store.user_snapshot(ann.id).await.unwrap().rooms;
    assert_eq!(
        listed.iter().find(|listed| listed.room.id == room).unwrap().read,
        Number(2)
    );
}

pub(crate) async fn an_owner_is_needed_where_the_standing_says_so(stage: &Stage) {
    let ann = stage.person("ann").await;
    let bob = stage.person("bob").await;
    let room = stage.room(&ann, "garden").await;
    stage.joins(&bob, room).await;
    let edit = RoomEdit {
        name: Some("Shed".to_owned()),
        topic: None,
    };
    assert_fails!(stage.store.edit_room(owner(&bob, room), edit.clone()).await, Refused);
    assert_fails!(stage.store.end_membership(owner(&bob, room), ann.id).await, Refused);
    stage.store.edit_room(owner(&ann, room), edit).await.unwrap();
    // An owner is also a member.
    stage.says(&ann, room, "hello").await;
    assert_fails!(stage.store.room_snapshot(member(&ann, RoomId(99))).await, Refused);
}

pub(crate) async fn a_refused_deed_changes_nothing(stage: &Stage) {
    let ann = stage.person("ann").await;
    let bob = stage.person("bob").await;
    let room = stage.room(&ann, "garden").await;
    let before = stage.between(FeedId::Room(room), Seq(0)).await;
    assert_fails!(stage.post(&bob, room, message("one", "hello")).await, Refused);
    assert_eq!(stage.between(FeedId::Room(room), Seq(0)).await, before);
    assert_eq!(stage.head(FeedId::User(bob.id)).await, Seq(1));
    // The id was not used up either.
    stage.joins(&bob, room).await;
    let posted = stage.post(&bob, room, message("one", "hello")).await.unwrap();
    assert_eq!(posted.value.number, Number(1));
}

pub(crate) async fn editing_a_room_changes_its_row(stage: &Stage) {
    let ann = stage.person("ann").await;
    let room = stage.room(&ann, "garden").await;
    let standing = owner(&ann, room);
    let name = RoomEdit {
        name: Some("花园".to_owned()),
        topic: None,
    };
    let edited = stage.store.edit_room(standing, name.clone()).await.unwrap();
    assert_eq!(edited.value, Seq(2));
    assert_eq!(edited.changes, [stage.between(FeedId::Room(room), Seq(1)).await]);
    let topic = RoomEdit {
        name: None,
        topic: Some("what grows".to_owned()),
    };
    stage.store.edit_room(standing, topic).await.unwrap();
    let row = stage.store.room(room).await.unwrap().unwrap();
    let told = (row.name.as_str(), row.topic.as_str(), row.slug.0.as_str(), row.changed);
    assert_eq!(told, ("花园", "what grows", "garden", Seq(3)));

    let same = stage.store.edit_room(standing, name).await.unwrap();
    assert_eq!((same.value, same.changes), (Seq(3), vec![]));
}

pub(crate) async fn open_rooms_are_paged(stage: &Stage) {
    let ann = stage.person("ann").await;
    let mut rooms = vec![stage.general().await.id];
    for slug in ["a", "b", "c"] {
        rooms.push(stage.room(&ann, slug).await);
    }
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let page = stage.store.open_rooms(after, 2).await.unwrap();
        after = page.rooms.last().map(|room| room.id);
        seen.extend(page.rooms.iter().map(|room| room.id));
        if !page.more {
            break;
        }
        assert_eq!(page.rooms.len(), 2);
    }
    assert_eq!(seen, rooms);
    assert!(stage.store.open_rooms(after, 2).await.unwrap().rooms.is_empty());
}

pub(crate) async fn members_are_paged_with_their_profiles(stage: &Stage) {
    let ann = stage.person("ann").await;
    let room = stage.room(&ann, "garden").await;
    let mut people = vec![ann.clone()];
    for name in ["bob", "cat", "dan"] {
        let person = stage.person(name).await;
        stage.joins(&person, room).await;
        people.push(person);
    }
    stage.leaves(&people[1], room).await;
    let standing = member(&ann, room);
    let first = stage.store.members(standing, None, 2).await.unwrap();
    assert_eq!(
        (first.users, first.more),
        (vec![people[0].clone(), people[2].clone()], true)
    );
    assert_eq!(
        first.members.iter().map(|row| row.user).collect::<Vec<_>>(),
        [people[0].id, people[2].id]
    );
    let second = stage.store.members(standing, Some(people[2].id), 2).await.unwrap();
    assert_eq!((second.users, second.more), (vec![people[3].clone()], false));
}
