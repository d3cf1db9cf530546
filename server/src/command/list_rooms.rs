//! Lists the rooms that one may join. Whoever is signed in may see them.

use app::protocol::{Reply, RoomId};

use crate::service::{ChatError, Service};

pub(super) async fn list_rooms(service: &Service, after: Option<RoomId>) -> Result<Reply, ChatError> {
    let page = service.open_rooms(after).await?;
    Ok(Reply::Rooms {
        rooms: page.rooms,
        more: page.more,
    })
}
