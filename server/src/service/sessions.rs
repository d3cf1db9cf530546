//! Signing in and out. For now a name is enough; every sign-in makes a person.

use std::{net::IpAddr, sync::Arc};

use app::protocol::{User, text};

use crate::{
    access::Actor,
    bus::Signal,
    ids::Token,
    store::{NewSession, NewUser},
};

use super::{ChatError, Service};

/// Somebody new.
#[derive(Clone, Debug)]
pub struct SignedUp {
    /// Shown to them once; only its hash is kept.
    pub token: Token,
    /// Their profile.
    pub user: User,
}

impl Service {
    /// Adds a person and their first session. `address` is where they come from: it limits how fast people are made.
    pub async fn sign_up(&self, name: &str, address: IpAddr) -> Result<SignedUp, ChatError> {
        let name = text::user_name(name)?;
        self.limits.check_sign_up(address)?;
        let token = Token::fresh();
        let (user, session) = (
            NewUser {
                name,
                now: self.clock.now(),
            },
            NewSession { token: token.hash() },
        );
        let user = self
            .commit(|store| async move { store.sign_up(user, session).await })
            .await?;
        Ok(SignedUp { token, user })
    }

    /// Whose token this is. `None` when it never was one, or its session has ended.
    pub async fn actor(&self, token: &Token) -> Result<Option<Actor>, ChatError> {
        Ok(self.store.session(&token.hash()).await?.map(Actor::from))
    }

    /// Whether the session with which the actor came has not ended since.
    pub async fn is_signed_in(&self, actor: &Actor) -> Result<bool, ChatError> {
        Ok(!self.store.live_sessions(&[actor.session]).await?.is_empty())
    }

    /// Signs out: the token is worth nothing from now on, and connections that were opened with it are closed.
    pub async fn sign_out(&self, actor: &Actor) -> Result<(), ChatError> {
        let (store, bus, session) = (Arc::clone(&self.store), Arc::clone(&self.bus), actor.session);
        self.finish(async move {
            store.end_session(session).await?;
            bus.signal(Signal::SessionEnded { session }).await;
            Ok(())
        })
        .await
    }
}
