//! Leaves a room.

use app::protocol::{Reply, RoomId};

use crate::{
    access::Actor,
    service::{ChatError, Service},
};

pub(super) async fn leave_room(service: &Service, actor: &Actor, room: RoomId) -> Result<Reply, ChatError> {
    let permit = service.access().can_leave(actor, room).await?;
    service.leave_room(permit).await?;
    Ok(Reply::Done)
}
