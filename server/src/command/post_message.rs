//! Posts a message.

use app::protocol::{ClientMessageId, Reply, RoomId};

use crate::{
    access::Actor,
    service::{ChatError, Draft, Service},
};

pub(super) async fn post_message(
    service: &Service,
    actor: &Actor,
    room: RoomId,
    client_message_id: ClientMessageId,
    body: String,
) -> Result<Reply, ChatError> {
    let permit = service.access().can_post(actor, room).await?;
    let posted = service
        .post(
            permit,
            Draft {
                client_message_id,
                body,
            },
        )
        .await?;
    Ok(Reply::Posted {
        number: posted.number,
        seq: posted.seq,
    })
}
