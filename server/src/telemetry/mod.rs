//! What the server tells its operator: a log, and figures. Never message texts, names, tokens or addresses.
//!
//! Each part of the server owns the meters of its own work and adds to them; [`Telemetry`] shows all of them. There is
//! nothing global: what is handed out is what is shown.

mod log;

mod bus;
mod feeds;
mod hub;
mod requests;
mod store;

mod figures;

pub use bus::BusMeters;
pub use feeds::FeedMeters;
pub use figures::Telemetry;
pub use hub::HubMeters;
pub use log::{LogFormat, start};
pub use requests::RequestMeters;
pub use store::StoreMeters;
