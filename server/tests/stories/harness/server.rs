//! A server of one's own: in this process, on a port of its own, with its data in a folder that vanishes.

use std::{net::SocketAddr, path::PathBuf, sync::Arc};

use app::protocol::Timestamp;
use server::{
    bus::{Bus, InProcessBus},
    clock::StandingClock,
    config::{Durability, LogFormat, ServeOptions},
    context::Context,
    serve::Server,
    service::RateOptions,
    store::sqlite::{self, SqliteOptions, SqliteStore},
};
use tempfile::TempDir;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle, time::timeout};

use super::{PATIENCE, Person};

/// A server with its data.
pub struct TestServer {
    pub address: SocketAddr,
    pub clock: Arc<StandingClock>,
    data: TempDir,
    rates: RateOptions,
    bus: fn() -> Arc<dyn Bus>,
    running: Option<Running>,
}

struct Running {
    context: Context,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl TestServer {
    /// A fresh one on which everybody may go as fast as they can.
    pub async fn start() -> Self {
        Self::start_with(RateOptions::unlimited()).await
    }

    /// A fresh one with these limits.
    pub async fn start_with(rates: RateOptions) -> Self {
        Self::start_from(rates, || Arc::new(InProcessBus::default())).await
    }

    /// A fresh one with a bus of its own kind.
    pub async fn start_on(bus: fn() -> Arc<dyn Bus>) -> Self {
        Self::start_from(RateOptions::unlimited(), bus).await
    }

    async fn start_from(rates: RateOptions, bus: fn() -> Arc<dyn Bus>) -> Self {
        let mut server = Self {
            address: "127.0.0.1:0".parse().unwrap(),
            clock: Arc::new(StandingClock::at(Timestamp(1_700_000_000_000))),
            data: tempfile::tempdir().unwrap(),
            rates,
            bus,
            running: None,
        };
        server.begin().await;
        server
    }

    async fn begin(&mut self) {
        let options = ServeOptions {
            listen: self.address,
            data: self.data.path().to_owned(),
            database: None,
            durability: Durability::Full,
            origins: Vec::new(),
            secure_cookies: false,
            metrics_listen: None,
            log_format: LogFormat::Text,
            no_rate_limits: false,
        };
        let durability = SqliteOptions {
            durability: sqlite::Durability::Full,
        };
        let now = server::clock::Clock::now(&*self.clock);
        let store = SqliteStore::open(&options.database_path().unwrap(), durability, now).expect("the store opens");
        let listener = TcpListener::bind(self.address).await.expect("the port is free");
        let clock: Arc<StandingClock> = Arc::clone(&self.clock);
        let server = Server::assemble(listener, Arc::new(store), (self.bus)(), clock, self.rates, &options);
        self.address = server.address().unwrap();
        let context = server.context().clone();
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(server.run(async move {
            // Dropped without a word when the story is over: that is an end, too.
            let _ = stopped.await;
        }));
        self.running = Some(Running { context, stop, task });
    }

    /// The server's parts, for figures.
    pub fn context(&self) -> &Context {
        &self.running.as_ref().expect("it runs").context
    }

    /// Its database, as another program opens it.
    pub fn database(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.database_path()).expect("the database is there")
    }

    pub fn database_path(&self) -> PathBuf {
        self.data.path().join("magpie.db")
    }

    /// As at SIGTERM: says goodbye, finishes, closes the store.
    pub async fn stop(&mut self) {
        let Running { context, stop, task } = self.running.take().expect("it runs");
        drop(context);
        stop.send(()).expect("it runs");
        timeout(PATIENCE, task)
            .await
            .expect("it stops")
            .expect("it stops without panic");
    }

    /// Starts again on the same port and data.
    pub async fn starts_again(&mut self) {
        self.begin().await;
    }

    pub async fn restart(&mut self) {
        self.stop().await;
        self.starts_again().await;
    }

    /// People who are signed in and watch `#general`. The first of all owns it.
    pub async fn people<const N: usize>(&self, names: [&str; N]) -> [Person; N] {
        let mut people = Vec::with_capacity(N);
        for name in names {
            let person = self.stranger(name).await;
            person.connects().await;
            people.push(person);
        }
        people
            .try_into()
            .unwrap_or_else(|_| unreachable!("one person for each name"))
    }

    /// Somebody who is signed in and has no line.
    pub async fn stranger(&self, name: &str) -> Person {
        Person::sign_in(self.address, name).await
    }

    /// Tears somebody's line.
    pub fn cut(&self, person: &Person) {
        person.client().cut();
    }
}
