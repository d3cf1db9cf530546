//! Becomes a member of an open room.

use app::protocol::{Reply, RoomId};

use crate::{
    access::Actor,
    service::{ChatError, Service},
};

pub(super) async fn join_room(service: &Service, actor: &Actor, room: RoomId) -> Result<Reply, ChatError> {
    let permit = service.access().can_join(actor, room).await?;
    let room = service.join_room(permit).await?;
    Ok(Reply::Room { room, member: true })
}
