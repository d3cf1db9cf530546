//! People and rooms to tell the stories with.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use app::protocol::{
    Changes, ClientMessageId, FeedId, Item, Member, Message, Number, Role, Room, RoomId, Seq, Slug, Timestamp, User,
};

use crate::store::{
    Committed, NewMessage, NewRoom, NewSession, NewUser, OwnMarker, PostResult, Posted, Result, Standing, Store,
    StoreError, TokenHash,
};

/// A store with a clock that a test can read: it shows 1,000 and stands still.
pub(crate) struct Stage {
    pub(crate) store: Arc<dyn Store>,
    fresh: AtomicU64,
}

/// What the clock shows.
pub(crate) const NOW: Timestamp = Timestamp(1_000);

impl Stage {
    pub(crate) fn new(store: Arc<dyn Store>) -> Self {
        Self {
            store,
            fresh: AtomicU64::new(1),
        }
    }

    /// The same stage on a store that was opened again.
    pub(crate) fn reopened(self, store: Arc<dyn Store>) -> Self {
        Self { store, ..self }
    }

    fn fresh(&self) -> u64 {
        self.fresh.fetch_add(1, Ordering::Relaxed)
    }

    pub(crate) fn token(&self) -> TokenHash {
        let mut token = [0; 32];
        token[..8].copy_from_slice(&self.fresh().to_le_bytes());
        TokenHash(token)
    }

    pub(crate) async fn sign_up(&self, name: &str) -> Committed<User> {
        let user = NewUser {
            name: name.to_owned(),
            now: NOW,
        };
        self.store
            .sign_up(user, NewSession { token: self.token() })
            .await
            .unwrap()
    }

    pub(crate) async fn person(&self, name: &str) -> User {
        self.sign_up(name).await.value
    }

    /// One of many.
    pub(crate) async fn sign_up_as(&self, number: usize) -> User {
        self.person(&format!("person {number}")).await
    }

    pub(crate) async fn general(&self) -> Room {
        self.store
            .room_by_slug(&Slug("general".to_owned()))
            .await
            .unwrap()
            .unwrap()
    }

    pub(crate) async fn create(&self, owner: &User, slug: &str) -> Committed<Room> {
        let room = NewRoom {
            slug: Slug(slug.to_owned()),
            name: slug.to_owned(),
            topic: String::new(),
            now: NOW,
        };
        self.store.create_room(owner.id, room).await.unwrap()
    }

    pub(crate) async fn room(&self, owner: &User, slug: &str) -> RoomId {
        self.create(owner, slug).await.value.id
    }

    pub(crate) async fn joins(&self, user: &User, room: RoomId) {
        self.store.join_room(user.id, room, NOW).await.unwrap();
    }

    pub(crate) async fn leaves(&self, user: &User, room: RoomId) {
        self.store.end_membership(member(user, room), user.id).await.unwrap();
    }

    pub(crate) fn draft(&self, body: &str) -> NewMessage {
        message(&format!("fresh-{}", self.fresh()), body)
    }

    pub(crate) async fn says(&self, user: &User, room: RoomId, body: &str) -> Posted {
        self.post(user, room, self.draft(body)).await.unwrap().value
    }

    pub(crate) async fn post(&self, user: &User, room: RoomId, new: NewMessage) -> Result<Committed<Posted>> {
        let Committed { value, changes } = self.post_all(user, room, vec![new]).await?;
        let [posted] = value[..] else {
            panic!("one message has one result")
        };
        let value = posted.map_err(StoreError::Conflict)?;
        Ok(Committed { value, changes })
    }

    pub(crate) async fn post_all(
        &self,
        user: &User,
        room: RoomId,
        new: Vec<NewMessage>,
    ) -> Result<Committed<Vec<PostResult>>> {
        self.store
            .append_messages(member(user, room), new, OwnMarker::Moves)
            .await
    }

    /// Posts many at once, so that they share commits.
    pub(crate) async fn says_often(&self, user: &User, room: RoomId, body: &str, times: usize) {
        let posts = (0..times).map(|_| self.says(user, room, body));
        futures::future::join_all(posts).await;
    }

    pub(crate) async fn head(&self, feed: FeedId) -> Seq {
        self.store.head(feed).await.unwrap().unwrap()
    }

    pub(crate) async fn between(&self, feed: FeedId, after: Seq) -> Changes {
        self.store.changes_between(feed, after).await.unwrap().unwrap()
    }

    pub(crate) async fn message(&self, user: &User, room: RoomId, number: Number) -> Message {
        self.store.message(member(user, room), number).await.unwrap().unwrap()
    }
}

/// "As a member."
pub(crate) fn member(user: &User, room: RoomId) -> Standing {
    Standing {
        user: user.id,
        room,
        role: Role::Member,
    }
}

/// "As an owner."
pub(crate) fn owner(user: &User, room: RoomId) -> Standing {
    Standing {
        user: user.id,
        room,
        role: Role::Owner,
    }
}

pub(crate) fn message(id: &str, body: &str) -> NewMessage {
    NewMessage {
        client_message_id: ClientMessageId(id.to_owned()),
        body: body.to_owned(),
        now: NOW,
    }
}

/// The changes of one feed, of which there must be one.
pub(crate) fn of_feed<T>(committed: &Committed<T>, feed: FeedId) -> Changes {
    let mut found = committed.changes.iter().filter(|changes| changes.feed == feed);
    let changes = found.next().unwrap_or_else(|| panic!("no changes of {feed}")).clone();
    assert_eq!(found.next(), None, "two changes of {feed}");
    changes
}

pub(crate) fn member_rows(items: &[Item]) -> Vec<Member> {
    items
        .iter()
        .filter_map(|item| {
            if let Item::Member(row) = item {
                Some(row.clone())
            } else {
                None
            }
        })
        .collect()
}

pub(crate) fn message_rows(items: &[Item]) -> Vec<Message> {
    items
        .iter()
        .filter_map(|item| {
            if let Item::Message(row) = item {
                Some(row.clone())
            } else {
                None
            }
        })
        .collect()
}

/// Fails with the words of the case unless the result is that error.
macro_rules! assert_fails {
    ($result:expr, $error:pat) => {{
        let result = $result;
        assert!(
            matches!(result, Err($error)),
            "expected {}, got {:?}",
            stringify!($error),
            result.map(|_| "success")
        );
    }};
}

pub(crate) use assert_fails;
