//! Makes a room, with oneself as its owner.

use app::protocol::Reply;

use crate::{
    access::Actor,
    service::{ChatError, Service},
};

pub(super) async fn create_room(service: &Service, actor: &Actor, name: &str, topic: &str) -> Result<Reply, ChatError> {
    let room = service.create_room(actor, name, topic).await?;
    Ok(Reply::Room { room, member: true })
}
