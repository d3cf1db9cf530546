//! May this connection watch that room? Asked at each `hello`, each `watch` and each poll.

use app::protocol::{Rejection, RoomId};

use crate::{
    access::{Actor, CanRead},
    service::{ChatError, Pace, Service},
};

/// The permit to watch a room. Its standing is what the catching-up read checks again in its own snapshot.
pub async fn can_watch(service: &Service, actor: &Actor, room: RoomId) -> Result<CanRead, Rejection> {
    // It reads a page's worth, like any other command that reads.
    service.limits().check(actor.id(), Pace::Read)?;
    Ok(service.access().can_read(actor, room).await.map_err(ChatError::from)?)
}
