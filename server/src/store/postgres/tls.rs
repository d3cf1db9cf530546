//! Encryption on the way to the database: rustls, with the certificates that this system trusts.

use std::sync::Arc;

use rustls::{ClientConfig, RootCertStore, crypto::ring};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::open::OpenError;

/// Makes encrypted connections to servers that prove their name. `SSL_CERT_FILE` names certificates to trust instead of the
/// system's, for servers that one has certified oneself.
pub(super) fn connector() -> Result<MakeRustlsConnect, OpenError> {
    let mut trusted = RootCertStore::empty();
    trusted.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if trusted.is_empty() {
        return Err(OpenError::NothingTrusted);
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| OpenError::Encryption(error.to_string()))?
        .with_root_certificates(trusted)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}
