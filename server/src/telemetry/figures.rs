//! All figures on one page, in the text format that Prometheus reads.

use prometheus_client::{encoding::text, registry::Registry};

use super::{BusMeters, DoorMeters, FeedMeters, HubMeters, StoreMeters};

/// Shows the meters of all parts.
#[derive(Debug, Default)]
pub struct Telemetry {
    registry: Registry,
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
        Self { registry, doors }
    }

    /// The page.
    pub fn page(&self) -> String {
        let mut page = String::new();
        text::encode(&mut page, &self.registry).expect("a String takes whatever is written");
        page
    }
}
