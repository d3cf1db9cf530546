//! Signing in and out, and finding out who asks. Not frames: a connection is signed in before it opens.

use std::net::IpAddr;

use app::protocol::Rejection;

use crate::{
    access::Actor,
    ids::Token,
    service::{Service, SignedUp},
};

/// Signs somebody in who calls themselves so, from this address.
pub async fn sign_in(service: &Service, name: &str, address: IpAddr) -> Result<SignedUp, Rejection> {
    Ok(service.sign_up(name, address).await?)
}

/// Ends the actor's session, and the connections that were opened with it.
pub async fn sign_out(service: &Service, actor: &Actor) -> Result<(), Rejection> {
    Ok(service.sign_out(actor).await?)
}

/// Whether the session with which the actor came has not ended since.
pub async fn is_signed_in(service: &Service, actor: &Actor) -> Result<bool, Rejection> {
    Ok(service.is_signed_in(actor).await?)
}

/// Whose token this is; `None` when it is nobody's.
pub async fn actor(service: &Service, token: &Token) -> Result<Option<Actor>, Rejection> {
    Ok(service.actor(token).await?)
}
