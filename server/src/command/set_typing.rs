//! Shows the room that somebody is writing.

use app::protocol::{Reply, RoomId};

use crate::{
    access::Actor,
    service::{ChatError, Service},
};

pub(super) async fn set_typing(service: &Service, actor: &Actor, room: RoomId) -> Result<Reply, ChatError> {
    // The limit first: whoever holds the key down costs the store nothing.
    if service.limits().allows_typing(actor.id()) {
        let permit = service.access().can_post(actor, room).await?;
        service.show_typing(permit).await;
    }
    // Dropped or not, there is nothing that the client should do about it.
    Ok(Reply::Done)
}
