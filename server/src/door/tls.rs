//! Speaks TLS with whoever comes in.

use std::{io, sync::Arc, time::Duration};

use rustls::{ServerConfig, crypto::ring, server::NoServerSessionStorage};
use tokio::{net::TcpStream, time::timeout};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use super::{
    certificate::{Certificate, CertificateError, TlsFiles},
    refusal,
};

/// What a TLS connection begins with: a record of its handshake (RFC 8446, section 5.1).
const HANDSHAKE: u8 = 0x16;
/// The only protocol that is spoken inside. WebSocket needs it, and who offers only another is told so in the handshake.
const PROTOCOL: &[u8] = b"http/1.1";
/// How long one may take to hear that this is not the place for plain HTTP.
const PATIENCE: Duration = Duration::from_secs(1);
/// What is said to those who speak plain HTTP.
const PLAIN: &str = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n\
                     Content-Length: 47\r\n\r\nThis port speaks HTTPS: begin with \"https://\".\n";

/// How TLS is spoken here.
pub struct Tls {
    acceptor: TlsAcceptor,
    certificate: Arc<Certificate>,
}

impl Tls {
    /// Reads certificate and key.
    ///
    /// # Errors
    /// They cannot be used.
    pub fn new(files: TlsFiles) -> Result<Self, CertificateError> {
        let provider = Arc::new(ring::default_provider());
        let certificate = Arc::new(Certificate::read(files, Arc::clone(&provider))?);
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("the ciphers of `ring` are for these versions")
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(&certificate) as _);
        config.alpn_protocols = vec![PROTOCOL.to_vec()];
        // Who comes back brings along what is to be remembered of them, under a key that changes and is nowhere written: nothing is
        // kept here for those who do not come back.
        config.session_storage = Arc::new(NoServerSessionStorage {});
        if let Ok(ticketer) = ring::Ticketer::new() {
            config.ticketer = ticketer;
        }
        Ok(Self {
            acceptor: TlsAcceptor::from(Arc::new(config)),
            certificate,
        })
    }

    /// Reads certificate and key again. Who is connected stays so.
    ///
    /// # Errors
    /// They cannot be used; those that there were stay.
    pub fn renew(&self) -> Result<(), CertificateError> {
        self.certificate.renew()
    }

    /// Shakes hands. Takes as long as the peer does.
    pub(super) async fn greet(&self, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        let mut first = [0];
        if stream.peek(&mut first).await? == 1 && first[0] != HANDSHAKE {
            // Whoever does not listen misses the sentence; that is all.
            let _ = timeout(PATIENCE, refusal::say(&stream, PLAIN)).await;
            return Err(io::Error::new(io::ErrorKind::InvalidData, "what came is no TLS"));
        }
        self.acceptor.accept(stream).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_is_as_long_as_it_says() {
        let (head, sentence) = PLAIN.split_once("\r\n\r\n").unwrap();
        assert!(head.ends_with(&format!("Content-Length: {}", sentence.len())));
    }
}
