//! Finds a room by its name in addresses.

use app::protocol::{Reply, Slug};

use crate::{
    access::Actor,
    service::{ChatError, Service},
};

pub(super) async fn find_room(service: &Service, actor: &Actor, slug: &Slug) -> Result<Reply, ChatError> {
    let found = service.access().find_room(actor, slug).await?;
    Ok(Reply::Room {
        room: found.room,
        member: found.role.is_some(),
    })
}
