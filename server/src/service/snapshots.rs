//! The one door into a client's state.

use app::protocol::{FeedId, Seq, Snapshot};

use crate::access::{Actor, CanRead};

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
}
