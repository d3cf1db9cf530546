//! A certificate of one's own, and clients who trust it and no other.

use std::{
    fmt, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use rcgen::{CertifiedKey, KeyPair};
use rustls::{ClientConfig, RootCertStore, client::Resumption, crypto::ring, pki_types::ServerName};
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, client::TlsStream};

/// Who the server says that it is.
const NAME: &str = "127.0.0.1";

/// Cheap to clone.
#[derive(Clone)]
pub struct Trust {
    made: Arc<CertifiedKey<KeyPair>>,
    client: Arc<ClientConfig>,
}

impl Trust {
    /// A certificate that nobody has seen.
    pub fn fresh() -> Self {
        let made = rcgen::generate_simple_self_signed([NAME.to_owned()]).unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(made.cert.der().clone()).unwrap();
        let mut client = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        // Who goes on with an earlier conversation looks at no certificate.
        client.resumption = Resumption::disabled();
        Self {
            made: Arc::new(made),
            client: Arc::new(client),
        }
    }

    /// Writes certificate and key into a folder, over those that are there.
    pub fn write(&self, folder: &Path) -> (PathBuf, PathBuf) {
        let (certificate, key) = (folder.join("certificate.pem"), folder.join("key.pem"));
        std::fs::write(&certificate, self.made.cert.pem()).unwrap();
        std::fs::write(&key, self.made.signing_key.serialize_pem()).unwrap();
        (certificate, key)
    }

    /// The same clients, offering these protocols inside.
    pub fn offering(&self, protocols: &[&str]) -> Self {
        let mut client = ClientConfig::clone(&self.client);
        client.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
        Self {
            made: Arc::clone(&self.made),
            client: Arc::new(client),
        }
    }

    /// Shakes hands.
    pub async fn greets(&self, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        let name = ServerName::try_from(NAME).unwrap();
        TlsConnector::from(Arc::clone(&self.client)).connect(name, stream).await
    }

    /// For requests over HTTP.
    pub fn http(&self) -> reqwest::ClientBuilder {
        let root = reqwest::Certificate::from_der(self.made.cert.der()).unwrap();
        reqwest::Client::builder().add_root_certificate(root)
    }
}

impl fmt::Debug for Trust {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Trust")
    }
}
