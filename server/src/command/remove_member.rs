//! Removes somebody from a room.

use app::protocol::{Reply, RoomId, UserId};

use crate::{
    access::Actor,
    service::{ChatError, Service},
};

pub(super) async fn remove_member(
    service: &Service,
    actor: &Actor,
    room: RoomId,
    user: UserId,
) -> Result<Reply, ChatError> {
    let permit = service.access().can_moderate(actor, room).await?;
    Ok(Reply::Changed {
        seq: service.remove_member(permit, user).await?,
    })
}
