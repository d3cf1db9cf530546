//! The feeds: heads, what is missing, where to start.

use std::collections::BTreeSet;

use app::protocol::{Activity, Changes, Epoch, FeedId, RoomSnapshot, Seq, UserId, UserSnapshot};
use async_trait::async_trait;

use super::{SqliteStore, changes, heads, snapshots, standing};
use crate::{
    store::{CatchUp, FeedStore, Result, Shared, Standing, gathering::Wish},
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
        let feeds: BTreeSet<FeedId> = feeds.iter().copied().collect();
        self.read(move |connection| heads::of_all(connection, feeds)).await
    }

    async fn changes_between(&self, feed: FeedId, after: Seq) -> Result<Option<Changes>> {
        self.read(move |connection| changes::between(connection, feed, after))
            .await
    }

    async fn catch_up_room(&self, standing: Standing, after: Option<Seq>) -> Result<Shared> {
        let feed = FeedId::Room(standing.room);
        if let Some(head) = after
            && self.known.stands_at(standing, head)
        {
            return Ok(nothing_new(feed, head));
        }
        self.read_together(Wish { feed, after }, Some(standing)).await
    }

    async fn catch_up_user(&self, user: UserId, after: Option<Seq>) -> Result<Shared> {
        self.catch_up_freely(FeedId::User(user), after).await
    }

    async fn catch_up_community(&self, after: Option<Seq>) -> Result<Shared> {
        self.catch_up_freely(FeedId::Community, after).await
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
    /// In a feed that its reader may read in any case.
    async fn catch_up_freely(&self, feed: FeedId, after: Option<Seq>) -> Result<Shared> {
        match after {
            Some(head) if self.known.head(feed) == Some(head) => Ok(nothing_new(feed, head)),
            _ => self.read_together(Wish { feed, after }, None).await,
        }
    }
}

/// The answer to a reader who is known to miss nothing.
fn nothing_new(feed: FeedId, at: Seq) -> Shared {
    Shared::from(CatchUp::Changes(Changes {
        feed,
        after: at,
        to: at,
        items: Vec::new(),
    }))
}
