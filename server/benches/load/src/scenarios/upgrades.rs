//! Handshakes: how many connections can come at a time?

use std::time::Instant;

use anyhow::Result;

use crate::{
    connect::connect,
    magpie::Person,
    options::Options,
    process::{cpu_seconds, descriptors},
    server::{Kind, Server},
};

/// Connections that are opened.
const CONNECTIONS: usize = 8_000;

/// One measurement.
#[derive(Clone, Copy, Debug)]
pub struct Upgrades {
    /// Which server.
    pub kind: Kind,
    /// Connections opened and upgraded in a second, by a client that has 64 under way.
    pub per_second: f64,
    /// Server CPU for one of them, in microseconds.
    pub cpu: f64,
}

/// Measures every server once.
pub fn round(options: &Options) -> Result<Vec<Upgrades>> {
    Kind::ALL.into_iter().map(|kind| measure(kind, options)).collect()
}

fn measure(kind: Kind, options: &Options) -> Result<Upgrades> {
    let connections = CONNECTIONS.min(descriptors()?.saturating_sub(100));
    let server = Server::start(kind, options)?;
    let (path, credential) = if kind.is_magpie() {
        ("/ws", Person::sign_up(server.target(), 1)?[0].credential())
    } else {
        ("/", String::new())
    };
    // The first ones find everything cold.
    let warm = connect(server.target(), path, connections / 10, |_| credential.clone())?;
    let (cpu, start) = (cpu_seconds(server.process())?, Instant::now());
    let opened = connect(server.target(), path, connections, |_| credential.clone())?;
    let time = start.elapsed().as_secs_f64();
    let cpu = (cpu_seconds(server.process())? - cpu) * 1e6 / connections as f64;
    drop((warm, opened));
    Ok(Upgrades {
        kind,
        per_second: connections as f64 / time,
        cpu,
    })
}
