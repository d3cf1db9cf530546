//! Turns actor and room into a permit, by looking the room up through the person's membership.

use app::protocol::{Message, Number, Role, Room, RoomId, Slug};

use crate::store::Store;

use super::{
    AccessError, Action, Actor, CanDelete, CanEdit, CanJoin, CanLeave, CanModerate, CanPost, CanRead, policy::allows,
};

type Result<T> = std::result::Result<T, AccessError>;

/// A room that the actor may know of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundRoom {
    /// The room.
    pub room: Room,
    /// The actor's role in it; `None` for those who are no members.
    pub role: Option<Role>,
}

/// Looks up what an actor may do.
#[derive(Clone, Copy)]
pub struct Access<'a> {
    store: &'a dyn Store,
}

impl<'a> Access<'a> {
    /// Looks things up in this store.
    pub fn new(store: &'a dyn Store) -> Self {
        Self { store }
    }

    /// May the actor read here?
    pub async fn can_read(&self, actor: &Actor, room: RoomId) -> Result<CanRead> {
        self.check(actor, room, CanRead::ACTION).await?;
        Ok(CanRead::issue(actor.id(), room))
    }

    /// May the actor post here?
    pub async fn can_post(&self, actor: &Actor, room: RoomId) -> Result<CanPost> {
        self.check(actor, room, CanPost::ACTION).await?;
        Ok(CanPost::issue(actor.id(), room))
    }

    /// May the actor replace this message's text? Only authors may.
    pub async fn can_edit(&self, actor: &Actor, room: RoomId, number: Number) -> Result<CanEdit> {
        self.check(actor, room, Action::ChangeOwnMessage).await?;
        if self.message(actor, room, number).await?.author != actor.id() {
            return Err(AccessError::NotAllowed);
        }
        Ok(CanEdit::issue(actor.id(), room, number))
    }

    /// May the actor delete this message? Authors may, and those who delete anyone's.
    pub async fn can_delete(&self, actor: &Actor, room: RoomId, number: Number) -> Result<CanDelete> {
        self.check(actor, room, Action::Read).await?;
        // A message never changes its author, so this look outside the transaction cannot grow stale.
        let own = self.message(actor, room, number).await?.author == actor.id();
        let action = if own {
            Action::ChangeOwnMessage
        } else {
            Action::DeleteAnyMessage
        };
        self.check(actor, room, action).await?;
        Ok(CanDelete::issue(actor.id(), room, number, action))
    }

    /// May the actor leave?
    pub async fn can_leave(&self, actor: &Actor, room: RoomId) -> Result<CanLeave> {
        self.check(actor, room, CanLeave::ACTION).await?;
        Ok(CanLeave::issue(actor.id(), room))
    }

    /// May the actor moderate here?
    pub async fn can_moderate(&self, actor: &Actor, room: RoomId) -> Result<CanModerate> {
        self.check(actor, room, CanModerate::ACTION).await?;
        Ok(CanModerate::issue(actor.id(), room))
    }

    /// May the actor become a member? All rooms are open today; members may, too: it changes nothing.
    pub async fn can_join(&self, actor: &Actor, room: RoomId) -> Result<CanJoin> {
        self.store.room(room).await?.ok_or(AccessError::RoomNotFound)?;
        Ok(CanJoin::issue(actor.id(), room))
    }

    /// The room of this address, if the actor may know of it.
    pub async fn find_room(&self, actor: &Actor, slug: &Slug) -> Result<FoundRoom> {
        let room = self.store.room_by_slug(slug).await?.ok_or(AccessError::RoomNotFound)?;
        let role = self.store.membership(actor.id(), room.id).await?;
        Ok(FoundRoom { room, role })
    }

    async fn message(&self, actor: &Actor, room: RoomId, number: Number) -> Result<Message> {
        let standing = CanRead::issue(actor.id(), room).standing();
        self.store
            .message(standing, number)
            .await?
            .ok_or(AccessError::MessageNotFound)
    }

    async fn check(&self, actor: &Actor, room: RoomId, action: Action) -> Result<()> {
        match self.store.membership(actor.id(), room).await? {
            Some(role) if allows(role, action) => Ok(()),
            Some(_) => Err(AccessError::NotAllowed),
            // Only those who are no members need the room itself: to tell "join first" from "no such room".
            None => match self.store.room(room).await? {
                Some(_) => Err(AccessError::NotAMember),
                None => Err(AccessError::RoomNotFound),
            },
        }
    }
}
