//! How a reader goes on in a feed: the answer to `hello`, `watch`, a poll, and to a connection that fell behind.

use app::protocol::{Changes, FeedId, FeedSnapshot, GapReason, Rejection, Seq};

use crate::{
    access::Actor,
    service::{CatchUp, ChatError, Service, StoreError},
};

/// How a reader goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resumed {
    /// With these.
    Changes(Changes),
    /// By starting over.
    Gap(GapReason, FeedSnapshot),
    /// Not at all: the reader may not read this.
    Revoked,
}

/// What the actor misses in a feed after `position`. Rights are looked up first, and checked again in the snapshot that is read.
pub async fn resume(
    service: &Service,
    actor: &Actor,
    feed: FeedId,
    position: Option<Seq>,
) -> Result<Resumed, Rejection> {
    match read(service, actor, feed, position).await {
        Ok(CatchUp::Changes(changes)) => Ok(Resumed::Changes(changes)),
        Ok(CatchUp::Gap(reason, snapshot)) => Ok(Resumed::Gap(reason, snapshot)),
        Err(ChatError::RoomNotFound | ChatError::NotAMember | ChatError::Store(StoreError::Refused)) => {
            Ok(Resumed::Revoked)
        }
        Err(error) => Err(error.into()),
    }
}

async fn read(service: &Service, actor: &Actor, feed: FeedId, position: Option<Seq>) -> Result<CatchUp, ChatError> {
    match feed {
        FeedId::Room(room) => {
            let permit = service.access().can_read(actor, room).await?;
            service.catch_up_room(permit, position).await
        }
        FeedId::User(user) if user == actor.id() => service.catch_up_user(actor, position).await,
        FeedId::User(_) => Err(ChatError::RoomNotFound),
        FeedId::Community => service.catch_up_community(position).await,
    }
}
