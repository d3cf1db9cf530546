//! How a reader goes on in a feed: the answer to `hello`, `watch`, a poll, and to a connection that fell behind.

use app::protocol::{FeedId, Rejection, Seq};

use crate::{
    access::Actor,
    service::{ChatError, Service, Shared, StoreError},
};

/// How a reader goes on.
#[derive(Clone, Debug)]
pub enum Resumed {
    /// With this, that others may go on with as well.
    With(Shared),
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
        Ok(shared) => Ok(Resumed::With(shared)),
        Err(ChatError::RoomNotFound | ChatError::NotAMember | ChatError::Store(StoreError::Refused)) => {
            Ok(Resumed::Revoked)
        }
        Err(error) => Err(error.into()),
    }
}

async fn read(service: &Service, actor: &Actor, feed: FeedId, position: Option<Seq>) -> Result<Shared, ChatError> {
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
