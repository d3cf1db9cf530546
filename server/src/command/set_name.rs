//! Changes one's display name.

use app::protocol::Reply;

use crate::{
    access::Actor,
    service::{ChatError, Service},
};

pub(super) async fn set_name(service: &Service, actor: &Actor, name: &str) -> Result<Reply, ChatError> {
    service.rename_user(actor, name).await?;
    Ok(Reply::Done)
}
