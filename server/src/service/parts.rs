//! What the rules stand on.

use std::sync::Arc;

use crate::{access::Access, bus::Bus, clock::Clock, store::Store};

use super::{RateLimits, own_markers::OwnMarkers};

/// The rules of chat over one store and one bus. Cheap to clone.
#[derive(Clone)]
pub struct Service {
    pub(super) store: Arc<dyn Store>,
    pub(super) bus: Arc<dyn Bus>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) limits: Arc<RateLimits>,
    pub(super) own_markers: Arc<OwnMarkers>,
}

impl Service {
    /// Stands on these parts.
    pub fn new(store: Arc<dyn Store>, bus: Arc<dyn Bus>, clock: Arc<dyn Clock>, limits: Arc<RateLimits>) -> Self {
        Self {
            store,
            bus,
            clock,
            limits,
            own_markers: Arc::default(),
        }
    }

    /// Where permits come from.
    pub fn access(&self) -> Access<'_> {
        Access::new(&*self.store)
    }

    /// How fast people may go.
    pub fn limits(&self) -> &RateLimits {
        &self.limits
    }
}
