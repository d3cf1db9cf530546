//! Deletes one's own message, or, as an owner, anyone's.

use app::protocol::{Number, Reply, RoomId};

use crate::{
    access::Actor,
    service::{ChatError, Service},
};

pub(super) async fn delete_message(
    service: &Service,
    actor: &Actor,
    room: RoomId,
    number: Number,
) -> Result<Reply, ChatError> {
    let permit = service.access().can_delete(actor, room, number).await?;
    Ok(Reply::Changed {
        seq: service.delete_message(permit).await?,
    })
}
