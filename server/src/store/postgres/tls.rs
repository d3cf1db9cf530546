//! Encryption on the way to the database: rustls, with the certificates that this system trusts.

use std::{path::Path, sync::Arc};

use rustls::{ClientConfig, RootCertStore, crypto::ring};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::open::OpenError;

/// Whose word about names is believed.
#[derive(Clone, Copy, Debug)]
pub(super) enum Trust<'p> {
    /// Of those whom this system trusts; of those whose certificates are in `SSL_CERT_FILE` instead, for servers that one has
    /// certified oneself.
    System,
    /// Of those whose certificates are in that file.
    #[cfg_attr(
        not(test),
        expect(
            dead_code,
            reason = "tests trust whom they like; everybody else says so in SSL_CERT_FILE"
        )
    )]
    File(&'p Path),
}

/// Makes encrypted connections to servers that prove their name.
pub(super) fn connector(trust: Trust<'_>) -> Result<MakeRustlsConnect, OpenError> {
    let found = match trust {
        Trust::System => rustls_native_certs::load_native_certs(),
        Trust::File(path) => rustls_native_certs::load_certs_from_paths(Some(path), None),
    };
    let mut trusted = RootCertStore::empty();
    trusted.add_parsable_certificates(found.certs);
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
