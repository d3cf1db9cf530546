//! Says what a room is about.

use app::protocol::{Reply, RoomId};

use crate::{
    access::Actor,
    service::{ChatError, Service},
};

pub(super) async fn set_topic(service: &Service, actor: &Actor, room: RoomId, topic: &str) -> Result<Reply, ChatError> {
    let permit = service.access().can_moderate(actor, room).await?;
    Ok(Reply::Changed {
        seq: service.set_topic(permit, topic).await?,
    })
}
