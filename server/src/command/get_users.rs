//! Reads public profiles. Whoever is signed in may see them.

use app::protocol::{Reply, UserId};

use crate::service::{ChatError, Service};

pub(super) async fn get_users(service: &Service, users: &[UserId]) -> Result<Reply, ChatError> {
    Ok(Reply::Users {
        users: service.users(users).await?,
    })
}
