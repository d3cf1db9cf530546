//! Reads older messages.

use app::protocol::{Number, Reply, RoomId};

use crate::{
    access::Actor,
    service::{ChatError, Service},
};

pub(super) async fn get_messages(
    service: &Service,
    actor: &Actor,
    room: RoomId,
    before: Option<Number>,
    limit: Option<u32>,
) -> Result<Reply, ChatError> {
    let permit = service.access().can_read(actor, room).await?;
    Ok(Reply::Page {
        page: service.messages(permit, before, limit).await?,
    })
}
