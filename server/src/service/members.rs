//! Who belongs to a room, and who people are.

use app::protocol::{
    Seq, User, UserId,
    limits::{MEMBERS_LISTED, PROFILES},
    text,
};

use crate::{
    access::{Actor, CanModerate, CanRead},
    store::MemberPage,
};

use super::{ChatError, Service};

impl Service {
    /// Members with a higher user id than `after`.
    pub async fn members(&self, permit: CanRead, after: Option<UserId>) -> Result<MemberPage, ChatError> {
        Ok(self.store.members(permit.standing(), after, MEMBERS_LISTED).await?)
    }

    /// Removes somebody from a room. The removal is itself a seq of the room: nothing later reaches them.
    pub async fn remove_member(&self, permit: CanModerate, target: UserId) -> Result<Seq, ChatError> {
        self.commit(|store| async move { store.end_membership(permit.standing(), target).await })
            .await
    }

    /// The profiles of those that exist.
    pub async fn users(&self, users: &[UserId]) -> Result<Vec<User>, ChatError> {
        if users.len() > PROFILES {
            return Err(ChatError::TooMany { limit: PROFILES });
        }
        Ok(self.store.users(users).await?)
    }

    /// Changes one's own display name.
    pub async fn rename_user(&self, actor: &Actor, name: &str) -> Result<(), ChatError> {
        let (user, name) = (actor.id(), text::user_name(name)?);
        self.commit(|store| async move { store.rename_user(user, name).await })
            .await
    }
}
