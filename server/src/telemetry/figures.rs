//! All figures on one page, in the text format that Prometheus reads.

use prometheus_client::{encoding::text, metrics::gauge::Gauge, registry::Registry};
use tokio::runtime::Handle;

use super::{BusMeters, FeedMeters, HubMeters, RequestMeters, StoreMeters};

/// Shows the meters of all parts.
#[derive(Debug, Default)]
pub struct Telemetry {
    registry: Registry,
    tasks: Gauge,
    /// What is asked for over HTTP and sockets: it has no owner of its own.
    pub requests: RequestMeters,
}

impl Telemetry {
    /// Shows these, and the requests'. A node by itself has no bus to tell of.
    pub fn new(store: &StoreMeters, bus: Option<&BusMeters>, feeds: &FeedMeters, hub: &HubMeters) -> Self {
        let requests = RequestMeters::default();
        let mut registry = Registry::with_prefix("magpie");
        store.register(&mut registry);
        if let Some(bus) = bus {
            bus.register(&mut registry);
        }
        feeds.register(&mut registry);
        hub.register(&mut registry);
        requests.register(&mut registry);
        let tasks = Gauge::default();
        registry.register("tasks", "Tasks that the runtime has", tasks.clone());
        Self {
            registry,
            tasks,
            requests,
        }
    }

    /// The page.
    pub fn page(&self) -> String {
        if let Ok(runtime) = Handle::try_current() {
            self.tasks
                .set(runtime.metrics().num_alive_tasks().try_into().unwrap_or(i64::MAX));
        }
        let mut page = String::new();
        text::encode(&mut page, &self.registry).expect("a String takes whatever is written");
        page
    }
}
