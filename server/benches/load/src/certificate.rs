//! The bench's own certificate: for a server of this machine, believed by the load generator and nobody else.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Result;
use rustls::{ClientConfig, RootCertStore, crypto::ring};

/// Files for the server, and trust for its clients.
pub struct Certificate {
    /// The certificate, in PEM.
    pub certificate: PathBuf,
    /// Its key, in PEM.
    pub key: PathBuf,
    /// What clients believe.
    pub trust: Arc<ClientConfig>,
}

impl Certificate {
    /// Makes one for the loopback address, and writes it into a folder.
    pub fn make(folder: &Path) -> Result<Self> {
        let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()])?;
        let (certificate, key) = (folder.join("certificate.pem"), folder.join("key.pem"));
        std::fs::write(&certificate, made.cert.pem())?;
        std::fs::write(&key, made.signing_key.serialize_pem())?;
        let mut roots = RootCertStore::empty();
        roots.add(made.cert.der().clone())?;
        let trust = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self {
            certificate,
            key,
            trust: Arc::new(trust),
        })
    }
}
