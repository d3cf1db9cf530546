//! Three programs over one PostgreSQL and one NATS, behind a balancer, each with lines of its own that can be cut, and a clock of its
//! own that can be set.

mod clock;
mod daemon;
mod proxy;
mod services;

use std::{net::SocketAddr, process::ExitStatus};

use tempfile::TempDir;

use crate::harness::{Magpie, serving};
use clock::Clock;
use proxy::Proxy;
use services::{Nats, Postgres};

pub use proxy::Cut;

/// What has to be told for there to be a cluster: that PostgreSQL, NATS and libfaketime are installed.
const NEEDS: [&str; 3] = ["MAGPIE_TEST_POSTGRES", "MAGPIE_TEST_NATS", clock::LIBRARY];

/// Nodes.
pub const NODES: usize = 3;

/// All of it.
pub struct Cluster {
    nodes: Vec<Node>,
    balancer: Proxy,
    pub postgres: Postgres,
    pub nats: Nats,
}

/// One program, and its ways to the others.
struct Node {
    data: TempDir,
    /// `None` while it is dead.
    magpie: Option<Magpie>,
    to_postgres: Proxy,
    to_nats: Proxy,
    clock: Clock,
}

impl Node {
    async fn start(&mut self) {
        let database = format!("postgres://postgres@{}/magpie", self.to_postgres.address);
        let bus = format!("nats://{}", self.to_nats.address);
        let mut command = serving(self.data.path());
        command.args(["--database", &database, "--bus", &bus]);
        self.clock.show_to(&mut command);
        let magpie = Magpie::run(&mut command, self.data.path()).await;
        clock::tidy_up(magpie.id());
        self.magpie = Some(magpie);
    }

    fn magpie(&self) -> &Magpie {
        self.magpie.as_ref().expect("the node runs")
    }
}

impl Cluster {
    /// Whether what it needs is there; says what is not.
    #[expect(clippy::print_stdout, reason = "whoever runs it wants to know what was left out")]
    pub fn can_start() -> bool {
        let missing = NEEDS.iter().find(|name| std::env::var_os(name).is_none());
        if let Some(missing) = missing {
            println!("left out: scripts/services finds what is needed, and sets {missing}");
        }
        missing.is_none()
    }

    /// Starts everything. The clock of each node is so many seconds ahead.
    pub async fn start(clocks: [i64; NODES]) -> Self {
        let (postgres, nats) = (Postgres::start().await, Nats::start().await);
        let mut nodes = Vec::new();
        for ahead in clocks {
            let data = tempfile::tempdir().unwrap();
            let mut node = Node {
                clock: Clock::ahead_by(ahead, data.path()),
                data,
                magpie: None,
                to_postgres: Proxy::to([postgres.address]).await,
                to_nats: Proxy::to([nats.address]).await,
            };
            node.start().await;
            nodes.push(node);
        }
        let balancer = Proxy::to(nodes.iter().map(|node| node.magpie().address)).await;
        Self {
            nodes,
            balancer,
            postgres,
            nats,
        }
    }

    /// Where people come in, whichever node takes them.
    pub fn address(&self) -> SocketAddr {
        self.balancer.address
    }

    /// Where one node is, whatever the balancer thinks.
    pub fn node(&self, node: usize) -> SocketAddr {
        self.nodes[node].magpie().address
    }

    /// How many seconds the clock of a node is ahead of the machine's.
    pub fn clock(&self, node: usize) -> i64 {
        self.nodes[node].clock.ahead()
    }

    /// Sets a node's clock while it runs.
    pub fn set_clock(&mut self, node: usize, ahead: i64) {
        self.nodes[node].clock.set(ahead);
    }

    /// SIGKILL.
    pub async fn kill(&mut self, node: usize) {
        let mut magpie = self.nodes[node].magpie.take().expect("the node runs");
        magpie.kill().await;
        self.keep(&magpie);
    }

    /// SIGTERM. Gives how it ended.
    pub async fn ends(&mut self, node: usize) -> ExitStatus {
        let mut magpie = self.nodes[node].magpie.take().expect("the node runs");
        magpie.terminate().await;
        let status = magpie.ended().await;
        self.keep(&magpie);
        status
    }

    /// Starts a node that is dead, on another port.
    pub async fn start_again(&mut self, node: usize) {
        self.nodes[node].start().await;
        let running = self.nodes.iter().filter_map(|node| Some(node.magpie.as_ref()?.address));
        self.balancer.leads_to(running);
    }

    /// SIGSTOP: it is there and does nothing.
    pub async fn freeze(&self, node: usize) {
        daemon::signal(self.nodes[node].magpie().id(), "STOP").await;
    }

    /// SIGCONT: it goes on as if no time had passed.
    pub async fn thaw(&self, node: usize) {
        daemon::signal(self.nodes[node].magpie().id(), "CONT").await;
    }

    /// Cuts a node from the database.
    pub fn cut_from_postgres(&self, node: usize, cut: Cut) {
        self.nodes[node].to_postgres.cut(cut);
    }

    /// Cuts a node from the bus.
    pub fn cut_from_nats(&self, node: usize, cut: Cut) {
        self.nodes[node].to_nats.cut(cut);
    }

    /// Everything leads everywhere again.
    pub fn heal(&self, node: usize) {
        self.nodes[node].to_postgres.heal();
        self.nodes[node].to_nats.heal();
    }

    /// Ends everything, and looks whether anything ever panicked.
    pub async fn stop(mut self) {
        for node in &mut self.nodes {
            if let Some(magpie) = node.magpie.take() {
                magpie.stop().await;
            }
        }
        self.nats.stop().await;
        self.postgres.stop().await;
    }

    fn keep(&self, magpie: &Magpie) {
        assert!(!magpie.log().contains("panicked"), "{}", magpie.log());
    }
}
