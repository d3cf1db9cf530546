//! All figures on one page, in the text format that Prometheus reads.

use prometheus_client::{encoding::text, metrics::gauge::Gauge, registry::Registry};
use tokio::runtime::Handle;

use super::{BusMeters, DoorMeters, FeedMeters, HubMeters, StoreMeters};

/// Shows the meters of all parts.
#[derive(Debug, Default)]
pub struct Telemetry {
    registry: Registry,
    tasks: Gauge,
    /// What happens at the doors: they have no owner of their own.
    pub doors: DoorMeters,
}

impl Telemetry {
    /// Shows these, and the doors'. A node by itself has no bus to tell of.
    pub fn new(store: &StoreMeters, bus: Option<&BusMeters>, feeds: &FeedMeters, hub: &HubMeters) -> Self {
        let doors = DoorMeters::default();
        let mut registry = Registry::with_prefix("magpie");
        store.register(&mut registry);
        if let Some(bus) = bus {
            bus.register(&mut registry);
        }
        feeds.register(&mut registry);
        hub.register(&mut registry);
        doors.register(&mut registry);
        let tasks = Gauge::default();
        registry.register("tasks", "Tasks that the runtime has", tasks.clone());
        Self { registry, tasks, doors }
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
