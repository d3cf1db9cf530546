//! People and their sign-ins.

use app::protocol::{Changes, FeedId, Item, Number, Role, Seq, User, UserId};

use super::stage::{NOW, Stage, assert_fails, of_feed};
use crate::store::{
    Constraint::{NoSuchUser, TokenTaken},
    NewSession, NewUser, SessionId,
    StoreError::Conflict,
};

pub(crate) async fn the_first_person_owns_the_rooms_that_everyone_starts_in(stage: &Stage) {
    let general = stage.general().await.id;
    let ann = stage.person("ann").await;
    let bob = stage.person("bob").await;
    assert_eq!(
        stage.store.membership(ann.id, general).await.unwrap(),
        Some(Role::Owner)
    );
    assert_eq!(
        stage.store.membership(bob.id, general).await.unwrap(),
        Some(Role::Member)
    );
    assert_eq!(stage.general().await.members, 2);
}

pub(crate) async fn a_new_person_has_nothing_unread(stage: &Stage) {
    let general = stage.general().await.id;
    let ann = stage.person("ann").await;
    stage.says_often(&ann, general, "hello", 3).await;
    let bob = stage.person("bob").await;
    let listed = stage.store.user_snapshot(bob.id).await.unwrap().rooms;
    assert_eq!(listed.len(), 1);
    assert_eq!(
        (listed[0].room.id, listed[0].posts, listed[0].read),
        (general, Number(3), Number(3))
    );
}

pub(crate) async fn signing_up_moves_each_feed_by_one(stage: &Stage) {
    let general = stage.general().await;
    stage.person("ann").await;
    let before = stage.head(FeedId::Room(general.id)).await;
    let signed_up = stage.sign_up("bob").await;
    let bob = signed_up.value.clone();
    let feeds: Vec<FeedId> = signed_up.changes.iter().map(|changes| changes.feed).collect();
    assert_eq!(
        feeds,
        [FeedId::Room(general.id), FeedId::User(bob.id), FeedId::Community]
    );
    let room = of_feed(&signed_up, FeedId::Room(general.id));
    assert_eq!((room.after, room.to), (before, before.next()));
    assert_eq!(room, stage.between(FeedId::Room(general.id), before).await);
    let own = of_feed(&signed_up, FeedId::User(bob.id));
    assert_eq!((own.after, own.to), (Seq(0), Seq(1)));
    assert_eq!(own, stage.between(FeedId::User(bob.id), Seq(0)).await);
    let shared = of_feed(&signed_up, FeedId::Community);
    assert_eq!(
        shared,
        Changes {
            feed: FeedId::Community,
            after: Seq(1),
            to: Seq(2),
            items: vec![Item::User(bob)]
        }
    );
}

pub(crate) async fn a_taken_token_is_a_conflict_and_changes_nothing(stage: &Stage) {
    let session = NewSession { token: stage.token() };
    let named = |name: &str| NewUser {
        name: name.to_owned(),
        now: NOW,
    };
    let ann = stage.store.sign_up(named("ann"), session).await.unwrap().value;
    assert_fails!(stage.store.sign_up(named("bob"), session).await, Conflict(TokenTaken));
    assert_eq!(stage.head(FeedId::Community).await, Seq(1));
    assert_eq!(stage.general().await.members, 1);
    assert_eq!(stage.store.session(&session.token).await.unwrap().unwrap().user, ann);
}

pub(crate) async fn a_session_leads_to_its_person_until_it_ends(stage: &Stage) {
    let token = stage.token();
    let user = NewUser {
        name: "安".to_owned(),
        now: NOW,
    };
    let ann = stage.store.sign_up(user, NewSession { token }).await.unwrap().value;
    stage.person("bob").await;
    assert_eq!(stage.store.session(&stage.token()).await.unwrap(), None);
    let signed_in = stage.store.session(&token).await.unwrap().unwrap();
    assert_eq!(signed_in.user, ann);
    stage.store.end_session(signed_in.session).await.unwrap();
    assert_eq!(stage.store.session(&token).await.unwrap(), None);
    stage.store.end_session(signed_in.session).await.unwrap();
    assert_eq!(stage.store.users(&[ann.id]).await.unwrap(), [ann]);
}

pub(crate) async fn of_many_sessions_those_that_have_not_ended_are_told(stage: &Stage) {
    let mut sessions = Vec::new();
    for name in ["ann", "bob", "cleo"] {
        let token = stage.token();
        let user = NewUser {
            name: name.to_owned(),
            now: NOW,
        };
        stage.store.sign_up(user, NewSession { token }).await.unwrap();
        sessions.push(stage.store.session(&token).await.unwrap().unwrap().session);
    }
    stage.store.end_session(sessions[1]).await.unwrap();
    let asked = [&sessions[..], &[SessionId(u64::MAX)]].concat();
    let mut live = stage.store.live_sessions(&asked).await.unwrap();
    live.sort_unstable();
    assert_eq!(live, [sessions[0], sessions[2]]);
    assert_eq!(stage.store.live_sessions(&[]).await.unwrap(), []);
}

pub(crate) async fn a_new_name_is_a_change_of_the_community(stage: &Stage) {
    let ann = stage.person("ann").await;
    let renamed = stage.store.rename_user(ann.id, "Ann".to_owned()).await.unwrap();
    let row = User {
        id: ann.id,
        name: "Ann".to_owned(),
        changed: Seq(2),
    };
    let expected = Changes {
        feed: FeedId::Community,
        after: Seq(1),
        to: Seq(2),
        items: vec![Item::User(row.clone())],
    };
    assert_eq!(renamed.changes, [expected]);
    // The row as it now stands, once: what it was before is not told any more.
    assert_eq!(
        stage.between(FeedId::Community, Seq(0)).await.items,
        [Item::User(row.clone())]
    );
    assert_eq!(stage.store.users(&[ann.id]).await.unwrap(), [row]);

    let same = stage.store.rename_user(ann.id, "Ann".to_owned()).await.unwrap();
    assert_eq!(same.changes, []);
    assert_eq!(stage.head(FeedId::Community).await, Seq(2));
    assert_fails!(
        stage.store.rename_user(UserId(99), "X".to_owned()).await,
        Conflict(NoSuchUser)
    );
}

pub(crate) async fn profiles_come_ascending_and_each_once(stage: &Stage) {
    let ann = stage.person("ann").await;
    let bob = stage.person("bob").await;
    let wanted = [bob.id, UserId(u64::MAX), ann.id, bob.id, UserId(0)];
    assert_eq!(stage.store.users(&wanted).await.unwrap(), [ann, bob]);
    assert_eq!(stage.store.users(&[]).await.unwrap(), []);
}
