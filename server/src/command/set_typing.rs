//! Shows the room that somebody is writing.

use app::protocol::{Reply, RoomId};

use crate::{
    access::Actor,
    service::{ChatError, Service},
};

pub(super) async fn set_typing(service: &Service, actor: &Actor, room: RoomId) -> Result<Reply, ChatError> {
    let permit = service.access().can_post(actor, room).await?;
    if service.limits().allows_typing(actor.id()) {
        service.show_typing(permit).await;
    }
    // Dropped or not, there is nothing that the client should do about it.
    Ok(Reply::Done)
}
