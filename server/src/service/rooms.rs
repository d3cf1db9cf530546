//! Making, joining, leaving, naming and listing rooms.

use app::protocol::{Room, RoomId, Seq, limits::ROOMS_LISTED, text};

use crate::{
    access::{Actor, CanJoin, CanLeave, CanModerate},
    ids,
    store::{NewRoom, RoomEdit, RoomPage},
};

use super::{ChatError, Service};

impl Service {
    /// Makes a room that the actor owns.
    pub async fn create_room(&self, actor: &Actor, name: &str, topic: &str) -> Result<Room, ChatError> {
        let name = text::room_name(name)?;
        let room = NewRoom {
            slug: ids::slug(&name),
            name,
            topic: text::topic(topic)?,
            now: self.clock.now(),
        };
        let creator = actor.id();
        self.commit(|store| async move { store.create_room(creator, room).await })
            .await
    }

    /// Becomes a member.
    pub async fn join_room(&self, permit: CanJoin) -> Result<Room, ChatError> {
        let now = self.clock.now();
        self.commit(|store| async move { store.join_room(permit.user(), permit.room(), now).await })
            .await
    }

    /// Leaves.
    pub async fn leave_room(&self, permit: CanLeave) -> Result<Seq, ChatError> {
        let standing = permit.standing();
        self.commit(|store| async move { store.end_membership(standing, standing.user).await })
            .await
    }

    /// Gives the room another name; its address stays.
    pub async fn rename_room(&self, permit: CanModerate, name: &str) -> Result<Seq, ChatError> {
        let edit = RoomEdit {
            name: Some(text::room_name(name)?),
            topic: None,
        };
        self.commit(|store| async move { store.edit_room(permit.standing(), edit).await })
            .await
    }

    /// Says what the room is about.
    pub async fn set_topic(&self, permit: CanModerate, topic: &str) -> Result<Seq, ChatError> {
        let edit = RoomEdit {
            name: None,
            topic: Some(text::topic(topic)?),
        };
        self.commit(|store| async move { store.edit_room(permit.standing(), edit).await })
            .await
    }

    /// Rooms that anyone may join, with a higher id than `after`.
    pub async fn open_rooms(&self, after: Option<RoomId>) -> Result<RoomPage, ChatError> {
        Ok(self.store.open_rooms(after, ROOMS_LISTED).await?)
    }
}
