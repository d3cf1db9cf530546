//! The feeds: heads, what is missing, where to start.

use app::protocol::{Activity, Changes, Epoch, FeedId, RoomSnapshot, Seq, UserId, UserSnapshot};
use async_trait::async_trait;

use super::{SqliteStore, catch_up, changes, heads, snapshots, standing};
use crate::{
    store::{CatchUp, FeedStore, Result, Standing},
    telemetry::StoreMeters,
};

#[async_trait]
impl FeedStore for SqliteStore {
    fn epoch(&self) -> Epoch {
        self.epoch.clone()
    }

    async fn head(&self, feed: FeedId) -> Result<Option<Seq>> {
        if let Some(head) = self.known.head(feed) {
            return Ok(Some(head));
        }
        let now = self.known.now();
        let head = self.read(move |connection| heads::head(connection, feed)).await?;
        if let Some(head) = head {
            self.known.learn_head(now, feed, head);
        }
        Ok(head)
    }

    async fn heads(&self, feeds: &[FeedId]) -> Result<Vec<(FeedId, Seq)>> {
        let feeds = feeds.to_vec();
        self.read(move |connection| heads::heads(connection, &feeds)).await
    }

    async fn changes_between(&self, feed: FeedId, after: Seq) -> Result<Option<Changes>> {
        self.read(move |connection| changes::between(connection, feed, after))
            .await
    }

    async fn catch_up_room(&self, standing: Standing, after: Option<Seq>) -> Result<CatchUp> {
        if let Some(head) = after
            && self.known.stands_at(standing, head)
        {
            return Ok(nothing_new(FeedId::Room(standing.room), head));
        }
        self.read(move |connection| catch_up::room(connection, standing, after))
            .await
    }

    async fn catch_up_user(&self, user: UserId, after: Option<Seq>) -> Result<CatchUp> {
        if let Some(nothing_new) = self.at_head(FeedId::User(user), after) {
            return Ok(nothing_new);
        }
        self.read(move |connection| catch_up::user(connection, user, after))
            .await
    }

    async fn catch_up_community(&self, after: Option<Seq>) -> Result<CatchUp> {
        if let Some(nothing_new) = self.at_head(FeedId::Community, after) {
            return Ok(nothing_new);
        }
        self.read(move |connection| catch_up::community(connection, after))
            .await
    }

    async fn room_snapshot(&self, standing: Standing) -> Result<RoomSnapshot> {
        self.read(move |connection| {
            standing::check(connection, standing)?;
            snapshots::of_room(connection, standing.room)
        })
        .await
    }

    async fn user_snapshot(&self, user: UserId) -> Result<UserSnapshot> {
        self.read(move |connection| snapshots::of_user(connection, user)).await
    }

    async fn activities(&self, user: UserId) -> Result<Vec<Activity>> {
        self.read(move |connection| snapshots::activities(connection, user))
            .await
    }

    async fn probe(&self) -> Result<()> {
        self.try_out().await
    }

    fn meters(&self) -> StoreMeters {
        self.meters.clone()
    }

    async fn close(&self) {
        self.close_both().await;
    }
}

impl SqliteStore {
    /// The answer to a reader who is known to miss nothing.
    fn at_head(&self, feed: FeedId, after: Option<Seq>) -> Option<CatchUp> {
        let after = after?;
        (self.known.head(feed) == Some(after)).then(|| nothing_new(feed, after))
    }
}

fn nothing_new(feed: FeedId, at: Seq) -> CatchUp {
    CatchUp::Changes(Changes {
        feed,
        after: at,
        to: at,
        items: Vec::new(),
    })
}
