//! Ten thousand connections that do nothing: what do they hold, and what do they cost?

use std::time::{Duration, Instant};

use anyhow::Result;

use crate::{
    crowd::Crowd,
    options::Options,
    process::{OTHER_FILES, cpu_seconds, descriptors, resident_kib},
    server::{Kind, Server},
};

/// Time to come to rest.
const REST: Duration = Duration::from_secs(2);
/// One heartbeat of everybody.
const HOLD: Duration = Duration::from_secs(10);

/// One measurement.
#[derive(Clone, Copy, Debug)]
pub struct Idle {
    /// Which server.
    pub kind: Kind,
    /// How many connections.
    pub connections: usize,
    /// KiB in RAM for one of them.
    pub kib: f64,
    /// Connections that were opened (and, with Magpie, welcomed and brought up to date) in a second.
    pub opened_per_second: f64,
    /// Share of one core while nothing happens.
    pub load: f64,
}

/// Measures Node and Magpie, without and with TLS.
pub fn measure(options: &Options) -> Result<Vec<Idle>> {
    [Kind::Node, Kind::Magpie, Kind::MagpieTls]
        .into_iter()
        .map(|kind| one(kind, options))
        .collect()
}

fn one(kind: Kind, options: &Options) -> Result<Idle> {
    let connections = options.idle.min(descriptors()?.saturating_sub(OTHER_FILES));
    let server = Server::start(kind, options)?;
    // A few come and go first: what the first connection of all needs is not counted for each.
    let crowd = Crowd::join(server, kind, 100)?;
    let process = crowd.server.process();
    let Crowd { server, mut fleet, .. } = crowd;
    fleet.idle(REST)?;
    drop(fleet);
    let before = resident_kib(process)?;
    let start = Instant::now();
    let mut crowd = Crowd::join(server, kind, connections)?;
    let opened_per_second = connections as f64 / start.elapsed().as_secs_f64();
    crowd.fleet.idle(REST)?;
    let cpu = cpu_seconds(process)?;
    crowd.fleet.idle(HOLD)?;
    let load = (cpu_seconds(process)? - cpu) / HOLD.as_secs_f64();
    let kib = (resident_kib(process)? - before) / connections as f64;
    Ok(Idle {
        kind,
        connections,
        kib,
        opened_per_second,
        load,
    })
}
