//! The feeds: heads, what is missing, where to start.

use app::protocol::{Activity, Changes, Epoch, FeedId, RoomSnapshot, Seq, UserId, UserSnapshot};
use async_trait::async_trait;

use super::{PostgresStore, changes, heads, snapshots, standing, transaction::Transaction};
use crate::{
    store::{FeedStore, Result, Shared, Standing, gathering::Wish},
    telemetry::StoreMeters,
};

#[async_trait]
impl FeedStore for PostgresStore {
    fn epoch(&self) -> Epoch {
        self.epoch.clone()
    }

    async fn head(&self, feed: FeedId) -> Result<Option<Seq>> {
        self.noted(heads::ask(&self.database, feed).await)
    }

    async fn heads(&self, feeds: &[FeedId]) -> Result<Vec<(FeedId, Seq)>> {
        self.noted(heads::of_all(&self.database, feeds).await)
    }

    async fn changes_between(&self, feed: FeedId, after: Seq) -> Result<Option<Changes>> {
        let look = |snapshot: Transaction| async move { changes::between(&snapshot, feed, after).await };
        self.noted(self.database.read(look).await)
    }

    async fn catch_up_room(&self, standing: Standing, after: Option<Seq>) -> Result<Shared> {
        let feed = FeedId::Room(standing.room);
        self.read_together(Wish { feed, after }, Some(standing)).await
    }

    async fn catch_up_user(&self, user: UserId, after: Option<Seq>) -> Result<Shared> {
        let feed = FeedId::User(user);
        self.read_together(Wish { feed, after }, None).await
    }

    async fn catch_up_community(&self, after: Option<Seq>) -> Result<Shared> {
        let feed = FeedId::Community;
        self.read_together(Wish { feed, after }, None).await
    }

    async fn room_snapshot(&self, standing: Standing) -> Result<RoomSnapshot> {
        let look = |snapshot: Transaction| async move {
            standing::check(&snapshot, standing).await?;
            snapshots::of_room(&snapshot, standing.room).await
        };
        self.noted(self.database.read(look).await)
    }

    async fn user_snapshot(&self, user: UserId) -> Result<UserSnapshot> {
        let look = |snapshot: Transaction| async move { snapshots::of_user(&snapshot, user).await };
        self.noted(self.database.read(look).await)
    }

    async fn activities(&self, user: UserId) -> Result<Vec<Activity>> {
        self.noted(snapshots::activities(&self.database, user).await)
    }

    async fn probe(&self) -> Result<()> {
        self.try_out().await
    }

    fn meters(&self) -> StoreMeters {
        self.database.meters.clone()
    }

    async fn close(&self) {
        self.database.close().await;
    }
}
