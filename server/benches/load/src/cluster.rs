//! Nodes that are one chat, over a PostgreSQL and a NATS of their own.

use anyhow::Result;

use crate::{
    options::Options,
    server::{Server, Serves},
    services::{Nats, Postgres},
    target::Target,
};

/// All of it. Nodes end before what they stand on.
pub struct Cluster {
    nodes: Vec<Server>,
    nats: Option<Nats>,
    postgres: Postgres,
}

impl Cluster {
    /// One node that does not know of others.
    pub fn alone(options: &Options) -> Result<Self> {
        Self::over(Postgres::start(options)?, None, 1, options)
    }

    /// So many nodes with a bus between them.
    pub fn of(nodes: usize, options: &Options) -> Result<Self> {
        Self::over(Postgres::start(options)?, Some(Nats::start(options)?), nodes, options)
    }

    fn over(postgres: Postgres, nats: Option<Nats>, nodes: usize, options: &Options) -> Result<Self> {
        let mut words = vec!["--database".to_owned(), postgres.url()];
        if let Some(nats) = &nats {
            words.extend(["--bus".to_owned(), nats.url()]);
        }
        let nodes = (0..nodes).map(|_| Server::start_magpie(&words, options));
        Ok(Self {
            nodes: nodes.collect::<Result<_>>()?,
            nats,
            postgres,
        })
    }

    /// CPU seconds of the bus.
    pub fn nats_cpu_seconds(&self) -> Result<f64> {
        self.nats.as_ref().map_or(Ok(0.0), Nats::cpu_seconds)
    }
}

impl Serves for Cluster {
    fn targets(&self) -> Vec<Target> {
        self.nodes.iter().map(Server::target).collect()
    }

    fn cpu_seconds(&self) -> Result<f64> {
        self.nodes.iter().map(Serves::cpu_seconds).sum()
    }

    fn database_cpu_seconds(&self) -> Result<f64> {
        self.postgres.cpu_seconds()
    }
}
