//! A server of one's own: in this process, on a port of its own, with its data in a folder that vanishes.

use std::{
    net::SocketAddr,
    num::NonZeroUsize,
    path::{Path, PathBuf},
    sync::Arc,
};

use app::protocol::{Epoch, Timestamp};
use server::{
    bus::{Bus, InProcessBus, NatsBus},
    clock::StandingClock,
    config::{Durability, LogFormat, ServeOptions},
    context::Context,
    door::{Tls, TlsFiles},
    ids::NodeId,
    serve::{Entrance, Faltered, Server},
    service::RateOptions,
    store::{
        FeedStore as _, Store,
        postgres::{PostgresOptions, PostgresStore},
        sqlite::{self, SqliteOptions, SqliteStore},
    },
};
use tempfile::TempDir;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle, time::timeout};

use super::{PATIENCE, Person, Trust, database::TestDatabase};

/// What is unusual about a server.
#[derive(Clone, Copy, Debug)]
pub struct Setup {
    pub rates: RateOptions,
    /// Without it there is no limit on connections, neither per address nor per person.
    pub connections_per_address: Option<NonZeroUsize>,
    /// Bytes that the system keeps for a peer that does not read; `None` for its usual many.
    pub send_buffer: Option<usize>,
    /// `None`: in the process, and NATS where stories are told over PostgreSQL.
    pub bus: Option<fn() -> Arc<dyn Bus>>,
    /// Whether TLS is spoken, under a certificate of its own.
    pub tls: bool,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            rates: RateOptions::unlimited(),
            connections_per_address: None,
            send_buffer: None,
            bus: None,
            tls: false,
        }
    }
}

/// A server with its data.
pub struct TestServer {
    pub address: SocketAddr,
    pub clock: Arc<StandingClock>,
    /// Under TLS: how to trust it.
    pub trust: Option<Trust>,
    data: TempDir,
    /// Instead of the file in `data`.
    postgres: Option<TestDatabase>,
    setup: Setup,
    running: Option<Running>,
}

/// Whether stories are told over PostgreSQL: `MAGPIE_TEST_DATABASE=postgres`. Those in which the program runs as a process of its
/// own are always told over SQLite.
pub fn runs_over_postgres() -> bool {
    std::env::var("MAGPIE_TEST_DATABASE").is_ok_and(|database| database == "postgres")
}

/// For stories about the SQLite file: says that they are not told over PostgreSQL.
pub fn has_no_file() -> bool {
    if runs_over_postgres() {
        eprintln!("skipped: this story is about the SQLite file");
    }
    runs_over_postgres()
}

/// A PostgreSQL database of one's own. `None` without a server to make it on.
pub async fn empty_database() -> Option<TestDatabase> {
    TestDatabase::make(|url| async move {
        let store = PostgresStore::open(&url, PostgresOptions::default(), Timestamp(0)).await;
        store.expect("the store opens").close().await;
    })
    .await
}

async fn usual_bus(epoch: &Epoch) -> Arc<dyn Bus> {
    if !runs_over_postgres() {
        return Arc::new(InProcessBus::default());
    }
    let address = std::env::var("MAGPIE_TEST_NATS").expect("MAGPIE_TEST_NATS names a server");
    // Other stories, whose databases are copies of the same one, have other names on it.
    let epoch = Epoch(format!("{epoch}-{}", NodeId::fresh()));
    Arc::new(NatsBus::connect(&address, &epoch).await.expect("it is there"))
}

struct Running {
    context: Context,
    stop: oneshot::Sender<()>,
    task: JoinHandle<Result<(), Faltered>>,
}

impl TestServer {
    /// A fresh one on which everybody may go as fast as they can.
    pub async fn start() -> Self {
        Self::start_as(Setup::default()).await
    }

    /// A fresh one with these limits.
    pub async fn start_with(rates: RateOptions) -> Self {
        Self::start_as(Setup {
            rates,
            ..Setup::default()
        })
        .await
    }

    /// A fresh one that speaks TLS.
    pub async fn start_tls() -> Self {
        Self::start_as(Setup {
            tls: true,
            ..Setup::default()
        })
        .await
    }

    /// A fresh one that is unusual.
    pub async fn start_as(setup: Setup) -> Self {
        let mut server = Self {
            address: "127.0.0.1:0".parse().unwrap(),
            clock: Arc::new(StandingClock::at(Timestamp(1_700_000_000_000))),
            trust: setup.tls.then(Trust::fresh),
            data: tempfile::tempdir().unwrap(),
            postgres: None,
            setup,
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
            bus: None,
            durability: Durability::Full,
            origins: Vec::new(),
            trusted_proxies: Vec::new(),
            secure_cookies: false,
            tls_certificate: None,
            tls_key: None,
            connections_per_address: self.setup.connections_per_address,
            metrics_listen: None,
            log_format: LogFormat::Text,
            no_rate_limits: self.setup.connections_per_address.is_none(),
        };
        let store = self.open_store().await;
        let listener = TcpListener::bind(self.address).await.expect("the port is free");
        if let Some(bytes) = self.setup.send_buffer {
            // Those that are accepted inherit it.
            socket2::SockRef::from(&listener).set_send_buffer_size(bytes).unwrap();
        }
        let clock: Arc<StandingClock> = Arc::clone(&self.clock);
        let tls = self.trust.as_ref().map(|trust| {
            let (certificate, key) = trust.write(self.data.path());
            Arc::new(Tls::new(TlsFiles { certificate, key }).unwrap())
        });
        let bus = match self.setup.bus {
            Some(make) => make(),
            None => usual_bus(&store.epoch()).await,
        };
        let server = Server::assemble(
            Entrance { listener, tls },
            store,
            bus,
            clock,
            self.setup.rates,
            &options,
        );
        self.address = server.address().unwrap();
        let context = server.context().clone();
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(server.run(async move {
            // Dropped without a word when the story is over: that is an end, too.
            let _ = stopped.await;
        }));
        self.running = Some(Running { context, stop, task });
    }

    async fn open_store(&mut self) -> Arc<dyn Store> {
        let now = server::clock::Clock::now(&*self.clock);
        if !runs_over_postgres() {
            let durability = SqliteOptions {
                durability: sqlite::Durability::Full,
            };
            return Arc::new(SqliteStore::open(&self.database_path(), durability, now).expect("the store opens"));
        }
        if self.postgres.is_none() {
            self.postgres = empty_database().await;
        }
        let database = self.postgres.as_ref().expect("MAGPIE_TEST_POSTGRES names a server");
        let store = PostgresStore::open(&database.url, PostgresOptions::default(), now).await;
        Arc::new(store.expect("the store opens"))
    }

    /// Connections to the database that it may have made meanwhile, and keeps.
    pub fn kept_connections(&self) -> usize {
        self.postgres
            .as_ref()
            .map_or(0, |_| PostgresOptions::default().connections)
    }

    /// Where its database is.
    pub fn data(&self) -> &Path {
        self.data.path()
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
        let ended = timeout(PATIENCE, task).await.expect("it stops");
        ended.expect("it stops without panic").expect("it was asked to");
    }

    /// Waits until it ends by itself.
    pub async fn falters(&mut self) {
        let Running { context, stop, task } = self.running.take().expect("it runs");
        drop(context);
        let ended = timeout(PATIENCE, task).await.expect("it ends");
        assert!(ended.expect("it ends in order").is_err(), "nobody asked it to");
        drop(stop);
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
        Person::sign_in_over(self.trust.clone(), self.address, name).await
    }

    /// Tears somebody's line.
    pub fn cut(&self, person: &Person) {
        person.client().cut();
    }
}
