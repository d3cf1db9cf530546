//! What a page starts from.

use app::protocol::{Rejection, Slug, Snapshot};

use crate::{
    access::Actor,
    service::{ChatError, Pace, Service},
};

/// The actor's snapshot, with the room of this address in it if one is named.
/// `room_not_found` and `not_a_member` are what the page has to say instead.
pub async fn snapshot(service: &Service, actor: &Actor, slug: Option<&Slug>) -> Result<Snapshot, Rejection> {
    Ok(read(service, actor, slug).await?)
}

async fn read(service: &Service, actor: &Actor, slug: Option<&Slug>) -> Result<Snapshot, ChatError> {
    service.limits().check(actor.id(), Pace::Read)?;
    let Some(slug) = slug else {
        return service.snapshot(actor, None).await;
    };
    let found = service.access().find_room(actor, slug).await?;
    let permit = service.access().can_read(actor, found.room.id).await?;
    service.snapshot(actor, Some(permit)).await
}
