//! The server's parts, put together once and handed to every request and connection.

#[cfg(test)]
mod tests;

use std::{net::IpAddr, ops::Deref, sync::Arc};

use tokio_util::task::TaskTracker;

#[cfg(test)]
pub(crate) use tests::TRUSTED_PROXY;

use crate::{door::Door, http::assets::Assets, hub::Hub, service::Service, telemetry::Telemetry};

/// Cheap to clone.
#[derive(Clone)]
pub struct Context(Arc<Parts>);

/// The server's parts.
pub struct Parts {
    /// The rules of chat.
    pub service: Service,
    /// This node's connections.
    pub hub: Arc<Hub>,
    /// Who is in.
    pub door: Arc<Door>,
    /// The tasks that serve upgraded connections; the server waits for them when it stops.
    pub connections: TaskTracker,
    /// What is told to the operator.
    pub telemetry: Telemetry,
    /// The compiled bundle.
    pub assets: Assets,
    /// Send cookies over HTTPS only.
    pub secure_cookies: bool,
    /// The port speaks TLS itself.
    pub speaks_tls: bool,
    /// Other origins under which browsers reach this server.
    pub allowed_origins: Vec<String>,
    /// Proxies in front of this server, whose word on where people come from counts.
    pub trusted_proxies: Vec<IpAddr>,
}

impl Context {
    /// Puts the parts together.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }
}

impl Deref for Context {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
