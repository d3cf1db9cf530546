//! May this connection watch that room? Asked at each `hello` and each `watch`, for each room.

use app::protocol::{Rejection, RoomId};

use crate::{
    access::{Actor, CanRead},
    service::{ChatError, Pace, Service},
};

/// The permit to watch a room. Its standing is what the catching-up read checks again in its own snapshot.
pub async fn can_watch(service: &Service, actor: &Actor, room: RoomId) -> Result<CanRead, Rejection> {
    check_reading(service, actor)?;
    Ok(service.access().can_read(actor, room).await.map_err(ChatError::from)?)
}

/// Whether the actor may read a page's worth just now. A poll is one such reading, however many rooms it asks for.
pub fn check_reading(service: &Service, actor: &Actor) -> Result<(), Rejection> {
    Ok(service.limits().check(actor.id(), Pace::Read)?)
}
