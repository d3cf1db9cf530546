//! Lists a room's members.

use app::protocol::{Reply, RoomId, UserId};

use crate::{
    access::Actor,
    service::{ChatError, Service},
};

pub(super) async fn get_members(
    service: &Service,
    actor: &Actor,
    room: RoomId,
    after: Option<UserId>,
) -> Result<Reply, ChatError> {
    let permit = service.access().can_read(actor, room).await?;
    let page = service.members(permit, after).await?;
    Ok(Reply::Members {
        members: page.members,
        users: page.users,
        more: page.more,
    })
}
