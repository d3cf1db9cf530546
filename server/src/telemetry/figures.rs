//! All figures on one page, in the text format that Prometheus reads.

use prometheus_client::{encoding::text, registry::Registry};

use super::{DoorMeters, FeedMeters, HubMeters, StoreMeters};

/// Shows the meters of all parts.
#[derive(Debug, Default)]
pub struct Telemetry {
    registry: Registry,
    /// What happens at the doors: they have no owner of their own.
    pub doors: DoorMeters,
}

impl Telemetry {
    /// Shows these, and the doors'.
    pub fn new(store: &StoreMeters, feeds: &FeedMeters, hub: &HubMeters) -> Self {
        let doors = DoorMeters::default();
        let mut registry = Registry::with_prefix("magpie");
        store.register(&mut registry);
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
