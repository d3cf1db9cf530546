//! Several nodes of one community in this process: one database, and for each node a line of its own to the bus.

use std::{net::SocketAddr, sync::Arc};

use app::protocol::{Epoch, Timestamp};
use server::{
    bus::{Bus, NatsBus, Reach},
    clock::StandingClock,
    config::{Durability, LogFormat, ServeOptions},
    context::Context,
    ids::NodeId,
    serve::{Entrance, Server},
    service::RateOptions,
    store::{
        FeedStore as _,
        sqlite::{SqliteOptions, SqliteStore},
    },
};
use tempfile::TempDir;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
};
use tokio_util::task::AbortOnDropHandle;

use crate::harness::{Person, until};

/// Where NATS is, for stories that need one; without it they say so and are over.
#[expect(
    clippy::print_stdout,
    reason = "whoever runs the stories is to know what they do not show"
)]
pub fn nats() -> Option<String> {
    let address = std::env::var("MAGPIE_TEST_NATS").ok();
    if address.is_none() {
        println!("not shown here: MAGPIE_TEST_NATS does not say where a NATS is");
    }
    address
}

/// One node.
pub struct Node {
    pub address: SocketAddr,
    pub context: Context,
    /// Its end of the bus, where that is NATS.
    pub bus: Option<Arc<NatsBus>>,
    /// Its line to NATS.
    pub line: Option<Line>,
    _task: AbortOnDropHandle<()>,
}

/// All of them.
pub struct Nodes {
    pub nodes: Vec<Node>,
    rates: RateOptions,
    store: Arc<SqliteStore>,
    data: TempDir,
}

impl Nodes {
    /// So many nodes that know of each other, on the NATS that tests may use.
    pub async fn start<const N: usize>() -> Option<Self> {
        Self::start_with::<N>(RateOptions::unlimited()).await
    }

    /// The same, with limits on how fast people may go.
    pub async fn start_with<const N: usize>(rates: RateOptions) -> Option<Self> {
        let address = nats()?;
        let server = address.trim_start_matches("nats://").parse().expect("nats://IP:PORT");
        Some(Self::none(rates).fill::<N>(server).await)
    }

    /// So many nodes that know of each other, on this NATS.
    pub async fn on<const N: usize>(server: SocketAddr) -> Self {
        Self::none(RateOptions::unlimited()).fill::<N>(server).await
    }

    async fn fill<const N: usize>(mut self, server: SocketAddr) -> Self {
        // Other stories have other names on the same NATS.
        let epoch = Epoch(format!("{}-{}", self.store.epoch(), NodeId::fresh()));
        for _ in 0..N {
            let line = Line::to(server).await;
            let bus = Arc::new(NatsBus::connect(&line.address(), &epoch).await.expect("it is there"));
            self.add(Arc::clone(&bus) as _).await;
            let node = self.nodes.last_mut().expect("it was just added");
            (node.bus, node.line) = (Some(bus), Some(line));
        }
        self
    }

    /// Nodes on these buses.
    pub async fn over(buses: impl IntoIterator<Item = Arc<dyn Bus>>) -> Self {
        let mut nodes = Self::none(RateOptions::unlimited());
        for bus in buses {
            nodes.add(bus).await;
        }
        nodes
    }

    fn none(rates: RateOptions) -> Self {
        let data = tempfile::tempdir().unwrap();
        let path = data.path().join("magpie.db");
        let store = SqliteStore::open(&path, SqliteOptions::default(), Timestamp(1)).expect("the store opens");
        Self {
            nodes: Vec::new(),
            rates,
            store: Arc::new(store),
            data,
        }
    }

    async fn add(&mut self, bus: Arc<dyn Bus>) {
        let options = ServeOptions {
            listen: "127.0.0.1:0".parse().unwrap(),
            data: self.data.path().to_owned(),
            database: None,
            bus: None,
            durability: Durability::Full,
            origins: Vec::new(),
            trusted_proxies: Vec::new(),
            tls_certificate: None,
            tls_key: None,
            secure_cookies: false,
            connections_per_address: None,
            metrics_listen: None,
            log_format: LogFormat::Text,
            no_rate_limits: true,
        };
        let listener = TcpListener::bind(options.listen).await.unwrap();
        let clock = Arc::new(StandingClock::at(Timestamp(1_700_000_000_000)));
        let store = Arc::clone(&self.store);
        let entrance = Entrance { listener, tls: None };
        let server = Server::assemble(entrance, store, bus, clock, self.rates, &options);
        let (address, context) = (server.address().unwrap(), server.context().clone());
        let running = tokio::spawn(async move {
            server.run(std::future::pending()).await.expect("nobody stops it");
        });
        self.nodes.push(Node {
            address,
            context,
            bus: None,
            line: None,
            _task: AbortOnDropHandle::new(running),
        });
    }
}

impl Node {
    /// Somebody who is signed in on this node and watches `#general`.
    pub async fn person(&self, name: &str) -> Person {
        let person = Person::sign_in(self.address, name).await;
        person.connects().await;
        person
    }

    /// Tears its line to the bus, and waits until it knows.
    pub async fn is_cut_off(&self) {
        self.line.as_ref().expect("it has one").tear();
        self.knows(Reach::Nobody).await;
    }

    /// Waits until it reaches the bus, or until it does not.
    pub async fn knows(&self, reach: Reach) {
        let bus = self.bus.as_ref().expect("it has one");
        until("the node to notice", || bus.reach() == reach).await;
    }

    /// Mends it.
    pub fn is_back(&self) {
        self.line.as_ref().expect("it has one").mend();
    }

    /// What it tells whoever watches over it.
    pub async fn readiness(&self) -> (u16, String) {
        let answer = reqwest::get(format!("http://{}/readyz", self.address)).await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }
}

/// A line to NATS that can be torn. While it is, whoever tries is let in and put out at once.
pub struct Line {
    address: SocketAddr,
    holds: watch::Sender<bool>,
    _task: AbortOnDropHandle<()>,
}

impl Line {
    /// A line to this server.
    pub async fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (holds, holding) = watch::channel(true);
        let task = tokio::spawn(async move {
            loop {
                let (mut near, _) = listener.accept().await.unwrap();
                let mut holding = holding.clone();
                if !*holding.borrow_and_update() {
                    continue;
                }
                tokio::spawn(async move {
                    // Where nobody is, nobody is let in.
                    let Ok(mut far) = TcpStream::connect(server).await else {
                        return;
                    };
                    tokio::select! {
                        _ = tokio::io::copy_bidirectional(&mut near, &mut far) => {}
                        _ = holding.changed() => {}
                    }
                });
            }
        });
        Self {
            address,
            holds,
            _task: AbortOnDropHandle::new(task),
        }
    }

    /// Where one connects to.
    pub fn address(&self) -> String {
        format!("nats://{}", self.address)
    }

    pub fn tear(&self) {
        self.holds.send_replace(false);
    }

    pub fn mend(&self) {
        self.holds.send_replace(true);
    }
}
