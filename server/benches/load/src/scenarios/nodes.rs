//! One sender, a room full of receivers, and several nodes between them: what does a delivery cost then, and what the bus and the
//! database?

use anyhow::Result;

use super::fan_out::{self, IN_FLIGHT};
use crate::{
    cluster::Cluster,
    crowd::Crowd,
    options::Options,
    server::{Kind, Serves as _},
};

/// Receivers, as many at each node.
pub const RECEIVERS: usize = 1_000;
/// What is measured: nodes, and whether there is a bus.
pub const SETTINGS: [(usize, Bus); 4] = [(1, Bus::None), (1, Bus::Nats), (2, Bus::Nats), (3, Bus::Nats)];

/// What is between nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bus {
    /// Nothing: there is one.
    None,
    /// NATS, whether or not there are others.
    Nats,
}

impl Bus {
    /// As the table calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Nats => "NATS",
        }
    }
}

/// One measurement. CPU is in microseconds.
#[derive(Clone, Copy, Debug)]
pub struct Nodes {
    /// How many nodes.
    pub nodes: usize,
    /// What is between them.
    pub bus: Bus,
    /// How many messages were under way.
    pub in_flight: u64,
    /// All nodes together, for one delivery.
    pub cpu: f64,
    /// The bus, for one message at one node.
    pub nats_cpu: f64,
    /// The database, for one message.
    pub database_cpu: f64,
    /// Deliveries per second.
    pub per_second: f64,
}

/// Measures each number of nodes once.
pub fn round(options: &Options) -> Result<Vec<Nodes>> {
    let mut figures = Vec::new();
    for (nodes, bus) in SETTINGS {
        let cluster = match bus {
            Bus::None => Cluster::alone(options)?,
            Bus::Nats => Cluster::of(nodes, options)?,
        };
        let mut crowd = Crowd::join(cluster, Kind::Magpie, RECEIVERS)?;
        crowd.warm_up()?;
        for in_flight in IN_FLIGHT {
            let (nats, database) = (crowd.server.nats_cpu_seconds()?, crowd.server.database_cpu_seconds()?);
            let row = fan_out::measure(&mut crowd, Kind::Magpie, in_flight, options.seconds)?;
            let messages = row.messages as f64;
            figures.push(Nodes {
                nodes,
                bus,
                in_flight,
                cpu: row.cpu,
                nats_cpu: (crowd.server.nats_cpu_seconds()? - nats) * 1e6 / messages / nodes as f64,
                database_cpu: (crowd.server.database_cpu_seconds()? - database) * 1e6 / messages,
                per_second: row.per_second,
            });
        }
    }
    Ok(figures)
}
