//! Renames a room.

use app::protocol::{Reply, RoomId};

use crate::{
    access::Actor,
    service::{ChatError, Service},
};

pub(super) async fn rename_room(
    service: &Service,
    actor: &Actor,
    room: RoomId,
    name: &str,
) -> Result<Reply, ChatError> {
    let permit = service.access().can_moderate(actor, room).await?;
    Ok(Reply::Changed {
        seq: service.rename_room(permit, name).await?,
    })
}
