//! A server without a port, for tests.

use std::sync::Arc;

use app::protocol::Timestamp;
use tempfile::TempDir;
use tokio_util::task::TaskTracker;

use super::{Context, Parts};
use crate::{
    bus::InProcessBus,
    clock::StandingClock,
    door::{Door, DoorLimits},
    feed::Feeds,
    http::assets::Assets,
    hub::Hub,
    service::{RateLimits, RateOptions, Service},
    store::{
        Store,
        sqlite::{SqliteOptions, SqliteStore},
    },
    telemetry::Telemetry,
};

/// The proxy in front of the sample.
pub(crate) const TRUSTED_PROXY: [u8; 4] = [192, 0, 2, 1];

impl Context {
    /// Over a database in a folder of its own.
    pub(crate) fn sample(rates: RateOptions, secure_cookies: bool) -> (Self, TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("magpie.db");
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&path, SqliteOptions::default(), Timestamp(1)).unwrap());
        let bus = Arc::new(InProcessBus::default());
        let service = Service::new(
            Arc::clone(&store),
            Arc::clone(&bus) as _,
            Arc::new(StandingClock::at(Timestamp(1_000))),
            Arc::new(RateLimits::new(rates)),
        );
        let context = Self::new(Parts {
            service,
            hub: Arc::new(Hub::new(Arc::new(Feeds::new(store, bus)))),
            door: Arc::new(Door::new(DoorLimits::new(None, true))),
            connections: TaskTracker::default(),
            telemetry: Telemetry::default(),
            assets: Assets::load(),
            secure_cookies,
            speaks_tls: false,
            allowed_origins: vec!["http://127.0.0.1:8080".to_owned()],
            trusted_proxies: vec![TRUSTED_PROXY.into()],
        });
        (context, folder)
    }
}
