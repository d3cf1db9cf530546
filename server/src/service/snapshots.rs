//! The one door into a client's state.

use app::protocol::{Activity, Epoch, FeedId, Seq, Snapshot};

use crate::{
    access::{Actor, CanRead},
    bus::Reach,
    store::{Shared, StoreError},
};

use super::{ChatError, Service};

impl Service {
    /// Everything that a page needs to start from. Each part bears the position at which it was read, so the parts need not
    /// be of one moment: the live feed carries each of them on from there.
    pub async fn snapshot(&self, actor: &Actor, room: Option<CanRead>) -> Result<Snapshot, ChatError> {
        // The community's position before any profile: a profile that changes in between is then told again by the
        // feed. The other way round its change would be lost.
        let community = self.store.head(FeedId::Community).await?.unwrap_or(Seq(0));
        let you = self
            .store
            .users(&[actor.id()])
            .await?
            .pop()
            .unwrap_or_else(|| actor.user.clone());
        self.settle_own_markers_of(actor.id()).await;
        let user = self.store.user_snapshot(actor.id()).await?;
        let room = match room {
            Some(permit) => Some(self.store.room_snapshot(permit.standing()).await?),
            None => None,
        };
        Ok(Snapshot {
            epoch: self.store.epoch(),
            you,
            user,
            community,
            room,
        })
    }

    /// Names the database.
    pub fn epoch(&self) -> Epoch {
        self.store.epoch()
    }

    /// Whether the store can do its work.
    pub async fn check_store(&self) -> Result<(), StoreError> {
        self.store.probe().await
    }

    /// Whether other nodes can be told what happens here, and tell what happens there; `true` also where there are none.
    pub fn reaches_other_nodes(&self) -> bool {
        self.bus.reach() != Reach::Nobody
    }

    /// Where each of the actor's rooms stands.
    pub async fn activities(&self, actor: &Actor) -> Result<Vec<Activity>, ChatError> {
        Ok(self.store.activities(actor.id()).await?)
    }

    /// How the reader of a room goes on from a position.
    pub async fn catch_up_room(&self, permit: CanRead, after: Option<Seq>) -> Result<Shared, ChatError> {
        Ok(self.store.catch_up_room(permit.standing(), after).await?)
    }

    /// How the actor goes on in their own feed.
    pub async fn catch_up_user(&self, actor: &Actor, after: Option<Seq>) -> Result<Shared, ChatError> {
        if after.is_none() {
            self.settle_own_markers_of(actor.id()).await;
        }
        Ok(self.store.catch_up_user(actor.id(), after).await?)
    }

    /// How anyone goes on in the community feed.
    pub async fn catch_up_community(&self, after: Option<Seq>) -> Result<Shared, ChatError> {
        Ok(self.store.catch_up_community(after).await?)
    }
}
