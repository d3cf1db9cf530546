//! Runs the server: opens the store, starts the tasks, accepts connections, stops in order.

use std::{convert::Infallible, net::SocketAddr, num::NonZeroUsize, sync::Arc, time::Duration};

use tokio::{
    net::TcpListener,
    task::JoinHandle,
    time::{Instant, timeout, timeout_at},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::{error, info, warn};

use crate::{
    bus::{Bus, InProcessBus, NatsBus, Reach},
    clock::{Clock, SystemClock},
    config::{BusAddress, Database, Durability, ServeOptions},
    context::{Context, Parts},
    door::{self, Admitted, Door, DoorLimits, Tls, TlsFiles},
    feed::{Feeds, Outlet},
    http::{self, assets::Assets},
    hub::Hub,
    line,
    service::{RateLimits, RateOptions, Service},
    store::{
        Store,
        postgres::{PostgresOptions, PostgresStore},
        sqlite::{self, SqliteOptions, SqliteStore},
    },
    telemetry::Telemetry,
};

/// How long connections may take to end when the server stops.
const STOP_PATIENCE: Duration = Duration::from_secs(8);
/// After how long the store is not waited for any more: a database on the other side of a line that is cut answers nobody.
const CLOSE_PATIENCE: Duration = Duration::from_millis(9_500);
/// After `accept` failed (out of descriptors, most likely).
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Where people come in.
pub struct Entrance {
    /// The port.
    pub listener: TcpListener,
    /// With it the port speaks TLS, and nothing else.
    pub tls: Option<Arc<Tls>>,
}

/// A server that is ready to accept.
pub struct Server {
    entrance: Entrance,
    metrics: Option<TcpListener>,
    context: Context,
    store: Arc<dyn Store>,
    tasks: Vec<JoinHandle<()>>,
    /// Cancelled when one of those tasks ends that all of the server lives by.
    faltered: CancellationToken,
}

/// Why a server cannot start, as a sentence for its operator.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct StartError(String);

/// Why a server ended by itself: a task without which nobody would be told anything any more has panicked.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("stopped after a fault of the program, to be started again")]
pub struct Faltered;

impl Server {
    /// Opens everything that the options name.
    ///
    /// # Errors
    /// A sentence that says what is in the way.
    pub async fn start(options: &ServeOptions) -> Result<Self, StartError> {
        let database = options.kept_in().map_err(StartError)?;
        let tls = match options.tls_files().map_err(StartError)? {
            Some((certificate, key)) => {
                let files = TlsFiles {
                    certificate: certificate.to_owned(),
                    key: key.to_owned(),
                };
                let tls = Tls::new(files).map_err(|error| StartError(error.to_string()))?;
                Some(Arc::new(tls))
            }
            None => None,
        };
        // Before the data is touched: a second server on the port leaves it alone.
        let listener = listen(options.listen).await?;
        let metrics = match options.metrics_listen {
            Some(address) => Some(listen(address).await?),
            None => None,
        };
        std::fs::create_dir_all(&options.data).map_err(|error| {
            StartError(format!(
                "cannot make the data folder {}: {error}",
                options.data.display()
            ))
        })?;
        let store = open_store(database, options.durability).await?;
        let bus: Arc<dyn Bus> = match &options.bus {
            None => Arc::new(InProcessBus::default()),
            Some(BusAddress(address)) => {
                let connected = NatsBus::connect(address, &store.epoch()).await;
                Arc::new(connected.map_err(|error| StartError(error.to_string()))?)
            }
        };
        door::raise();
        let rates = if options.no_rate_limits {
            RateOptions::unlimited()
        } else {
            RateOptions::default()
        };
        let server = Self::assemble(
            Entrance { listener, tls },
            store,
            bus,
            Arc::new(SystemClock),
            rates,
            options,
        );
        Ok(Self { metrics, ..server })
    }

    /// Puts a server together from parts: for tests, that bring their own.
    pub fn assemble(
        entrance: Entrance,
        store: Arc<dyn Store>,
        bus: Arc<dyn Bus>,
        clock: Arc<dyn Clock>,
        rates: RateOptions,
        options: &ServeOptions,
    ) -> Self {
        let feeds = Arc::new(Feeds::new(Arc::clone(&store), Arc::clone(&bus)));
        let hub = Arc::new(Hub::new(Arc::clone(&feeds)));
        let outlet: Arc<dyn Outlet> = Arc::clone(&hub) as Arc<dyn Outlet>;
        let faltered = CancellationToken::new();
        let carrying = tokio::spawn({
            let (listener, falters) = (bus.listen(), faltered.clone().drop_guard());
            async move {
                let _falters = falters;
                feeds.run(listener, outlet).await;
            }
        });
        let telling = tokio::spawn({
            let (hub, falters) = (Arc::clone(&hub), faltered.clone().drop_guard());
            async move {
                let _falters = falters;
                hub.run().await;
            }
        });
        let limits = Arc::new(match bus.reach() {
            Reach::OneNode => RateLimits::new(rates),
            Reach::OtherNodes | Reach::Nobody => RateLimits::among_nodes(rates),
        });
        let telemetry = Telemetry::new(&store.meters(), bus.meters().as_ref(), hub.feed_meters(), hub.meters());
        let service = Service::new(Arc::clone(&store), bus, clock, limits);
        // Should it end before its time, each node counts for itself: no reason to stop.
        let sharing = tokio::spawn({
            let service = service.clone();
            async move { service.share_limits().await }
        });
        // Should it end before its time, badges are a little wrong: no reason to stop either.
        let marking = tokio::spawn({
            let service = service.clone();
            async move { service.keep_own_markers().await }
        });
        let context = Context::new(Parts {
            service,
            hub,
            door: Arc::new(Door::new(DoorLimits::new(
                options.connections_per_address.map(NonZeroUsize::get),
                options.no_rate_limits,
            ))),
            connections: TaskTracker::new(),
            telemetry,
            assets: Assets::load(),
            secure_cookies: options.secure_cookies || entrance.tls.is_some(),
            speaks_tls: entrance.tls.is_some(),
            allowed_origins: options.origins.clone(),
            trusted_proxies: options.trusted_proxies.clone(),
        });
        Self {
            entrance,
            metrics: None,
            context,
            store,
            tasks: vec![carrying, telling, sharing, marking],
            faltered,
        }
    }

    /// Where it listens.
    ///
    /// # Errors
    /// The socket is gone.
    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.entrance.listener.local_addr()
    }

    /// How it speaks TLS, if it does.
    pub fn tls(&self) -> Option<Arc<Tls>> {
        self.entrance.tls.clone()
    }

    /// Where it tells its figures, if it does.
    pub fn metrics_address(&self) -> Option<SocketAddr> {
        self.metrics.as_ref().and_then(|listener| listener.local_addr().ok())
    }

    /// The server's parts.
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// Accepts until `stop` is ready; then finishes what was accepted, says goodbye and closes the store.
    ///
    /// # Errors
    /// It did all that without being asked to, because it was of no use any more: whoever watches over it is to start it again.
    pub async fn run(self, stop: impl Future<Output = ()>) -> Result<(), Faltered> {
        let Self {
            entrance,
            metrics,
            context,
            store,
            mut tasks,
            faltered,
        } = self;
        if let Some(metrics) = metrics {
            let figures = http::figures(context.clone());
            tasks.push(tokio::spawn(async move {
                if let Err(error) = axum::serve(metrics, figures).await {
                    warn!(%error, "the figures are not told any more");
                }
            }));
        }
        let (stopping, requests) = (CancellationToken::new(), TaskTracker::new());
        let outcome = tokio::select! {
            never = accept(&entrance, &context, &stopping, &requests) => match never {},
            () = stop => Ok(()),
            () = faltered.cancelled() => {
                error!("a task that everybody needs ended before its time");
                Err(Faltered)
            }
        };
        drop(entrance);
        info!("stopping");
        stopping.cancel();
        wind_down(&context, &*store, &requests).await;
        for task in tasks {
            task.abort();
        }
        outcome
    }
}

/// Lets connections in, each in a task of its own, for as long as it is waited for.
async fn accept(
    entrance: &Entrance,
    context: &Context,
    stopping: &CancellationToken,
    requests: &TaskTracker,
) -> Infallible {
    let routes = http::router(context.clone());
    loop {
        let (stream, peer) = match entrance.listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        line::set_up(&stream);
        let place = match context.door.admit(peer.ip()) {
            Ok(place) => place,
            Err(full) => {
                // Under TLS the reason would cost a handshake: the line just ends.
                if entrance.tls.is_none() {
                    context.door.refuse(stream, full);
                }
                continue;
            }
        };
        let (routes, stopping) = (http::with_peer(routes.clone(), peer), stopping.clone());
        match &entrance.tls {
            Some(tls) => requests.spawn(door::serve_encrypted(Arc::clone(tls), stream, place, routes, stopping)),
            None => requests.spawn(door::serve(Admitted::new(stream, place), routes, stopping)),
        };
    }
}

/// Finishes what was accepted, says goodbye to everybody, and closes the store.
async fn wind_down(context: &Context, store: &dyn Store, requests: &TaskTracker) {
    let begun = Instant::now();
    requests.close();
    context.hub.stop();
    let ended = async {
        requests.wait().await;
        context.connections.close();
        context.connections.wait().await;
    };
    if timeout(STOP_PATIENCE, ended).await.is_err() {
        warn!("some connections did not end in time");
    }
    let closing = async {
        context.service.settle_own_markers().await;
        store.close().await;
    };
    if timeout_at(begun + CLOSE_PATIENCE, closing).await.is_err() {
        warn!("the store was not closed in time");
    }
}

async fn open_store(database: Database, durability: Durability) -> Result<Arc<dyn Store>, StartError> {
    match database {
        Database::Sqlite(path) => {
            let durability = match durability {
                Durability::Full => sqlite::Durability::Full,
                Durability::Normal => sqlite::Durability::Normal,
            };
            let store = SqliteStore::open(&path, SqliteOptions { durability }, SystemClock.now());
            Ok(Arc::new(store.map_err(|error| StartError(error.to_string()))?))
        }
        Database::Postgres(url) => {
            let store = PostgresStore::open(url.reveal(), PostgresOptions::default(), SystemClock.now()).await;
            Ok(Arc::new(store.map_err(|error| StartError(error.to_string()))?))
        }
    }
}

async fn listen(address: SocketAddr) -> Result<TcpListener, StartError> {
    let listening = TcpListener::bind(address).await;
    listening.map_err(|error| StartError(format!("cannot listen on {address}: {error}")))
}
