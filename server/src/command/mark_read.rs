//! Moves one's read marker forward.

use app::protocol::{Number, Reply, RoomId};

use crate::{
    access::Actor,
    service::{ChatError, Service},
};

pub(super) async fn mark_read(
    service: &Service,
    actor: &Actor,
    room: RoomId,
    number: Number,
) -> Result<Reply, ChatError> {
    let permit = service.access().can_read(actor, room).await?;
    service.mark_read(permit, number).await?;
    Ok(Reply::Done)
}
