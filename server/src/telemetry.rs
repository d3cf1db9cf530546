//! The log: sentences with fields, on standard error. Never message texts, tokens or addresses.

use tracing_subscriber::EnvFilter;

/// Begins to log. `MAGPIE_LOG` says how much (`warn`, `server=debug`, …); `info` when it is not set.
pub fn start() {
    let filter = EnvFilter::try_from_env("MAGPIE_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
}
