//! Replaces the text of one's own message.

use app::protocol::{Number, Reply, RoomId};

use crate::{
    access::Actor,
    service::{ChatError, Service},
};

pub(super) async fn edit_message(
    service: &Service,
    actor: &Actor,
    room: RoomId,
    number: Number,
    body: String,
) -> Result<Reply, ChatError> {
    let permit = service.access().can_edit(actor, room, number).await?;
    Ok(Reply::Changed {
        seq: service.edit_message(permit, body).await?,
    })
}
