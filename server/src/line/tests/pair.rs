//! Both ends of a line.

use std::{
    io::{self, Read as _, Write as _},
    sync::{Arc, LazyLock},
};

use rustls::{
    ClientConfig, ClientConnection, RootCertStore, ServerConfig,
    crypto::ring,
    pki_types::{PrivateKeyDer, ServerName},
};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio_rustls::{TlsAcceptor, TlsConnector, server::TlsStream};
use tokio_util::either::Either;

use crate::line::Line;

/// Which kind of line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Plain,
    Encrypted,
}

/// The other end.
pub(crate) struct Peer {
    pub(crate) stream: TcpStream,
    pub(super) session: Option<ClientConnection>,
}

/// A line and its peer, for each of whom the system keeps as little as it can.
pub(crate) async fn pair(kind: Kind) -> (Line, Peer) {
    let (stream, peer) = accepted(kind).await;
    let line = match stream {
        Either::Left(stream) => stream.into(),
        Either::Right(stream) => stream.into(),
    };
    (line, peer)
}

/// The same before it is a line.
pub(crate) async fn accepted(kind: Kind) -> (Either<TcpStream, TlsStream<TcpStream>>, Peer) {
    /// Less than the system grants.
    const BUFFER: u32 = 2_048;
    let listener = TcpSocket::new_v4().unwrap();
    listener.set_send_buffer_size(BUFFER).unwrap();
    listener.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener: TcpListener = listener.listen(1).unwrap();
    let peer = TcpSocket::new_v4().unwrap();
    peer.set_recv_buffer_size(BUFFER).unwrap();
    let address = listener.local_addr().unwrap();
    let (stream, accepted) = tokio::join!(peer.connect(address), listener.accept());
    let (stream, accepted) = (stream.unwrap(), accepted.unwrap().0);
    accepted.writable().await.unwrap();
    if kind == Kind::Plain {
        let session = None;
        return (Either::Left(accepted), Peer { stream, session });
    }
    let (server, client) = &*CONFIGS;
    let name = ServerName::try_from("localhost").unwrap();
    let connecting = TlsConnector::from(Arc::clone(client)).connect(name, stream);
    let accepting = TlsAcceptor::from(Arc::clone(server)).accept(accepted);
    let (connected, accepted) = tokio::join!(connecting, accepting);
    let (stream, session) = connected.unwrap().into_inner();
    let session = Some(session);
    (Either::Right(accepted.unwrap()), Peer { stream, session })
}

/// Made once: a property is tried hundreds of times.
static CONFIGS: LazyLock<(Arc<ServerConfig>, Arc<ClientConfig>)> = LazyLock::new(|| {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let (certificate, key) = (made.cert.der().clone(), made.signing_key.serialize_der());
    let provider = Arc::new(ring::default_provider());
    let server = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], PrivateKeyDer::Pkcs8(key.into()))
        .unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(certificate).unwrap();
    let client = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    (Arc::new(server), Arc::new(client))
});

impl Peer {
    /// Takes at most so many bytes off the wire, at once, and gives what was in them.
    pub(crate) fn read(&mut self, most: usize) -> Vec<u8> {
        let mut chunk = vec![0; most];
        match (&*socket2::SockRef::from(&self.stream)).read(&mut chunk) {
            Ok(length) => self.take(&chunk[..length]),
            Err(_) => Vec::new(),
        }
    }

    /// Reads until the end, which has to be one: nothing was cut off.
    pub(crate) async fn read_to_end(&mut self) -> Vec<u8> {
        let (mut all, mut chunk) = (Vec::new(), vec![0; 64 * 1024]);
        loop {
            self.stream.readable().await.unwrap();
            match self.stream.try_read(&mut chunk) {
                Ok(0) => break,
                Ok(length) => all.extend(self.take(&chunk[..length])),
                Err(error) => assert_eq!(error.kind(), io::ErrorKind::WouldBlock),
            }
        }
        if let Some(session) = &mut self.session {
            assert_eq!(session.read_tls(&mut io::empty()).unwrap(), 0);
            let end = session.reader().read(&mut chunk);
            assert_eq!(end.expect("TLS says that this is the end"), 0);
        }
        all
    }

    /// Sends bytes that fit into an empty socket.
    pub(super) async fn write(&mut self, bytes: &[u8]) {
        let sealed = self.sealed(bytes);
        self.write_as_it_is(&sealed).await;
    }

    /// Bytes as they go over the wire.
    pub(super) fn sealed(&mut self, bytes: &[u8]) -> Vec<u8> {
        let Some(session) = &mut self.session else {
            return bytes.to_vec();
        };
        let mut sealed = Vec::new();
        session.writer().write_all(bytes).unwrap();
        while session.wants_write() {
            session.write_tls(&mut sealed).unwrap();
        }
        sealed
    }

    /// The same, whatever the line speaks.
    pub(super) async fn write_as_it_is(&mut self, bytes: &[u8]) {
        self.stream.writable().await.unwrap();
        assert_eq!(self.stream.try_write(bytes).unwrap(), bytes.len());
    }

    fn take(&mut self, mut bytes: &[u8]) -> Vec<u8> {
        let Some(session) = &mut self.session else {
            return bytes.to_vec();
        };
        let (mut plain, mut chunk) = (Vec::new(), [0; 32 * 1024]);
        while !bytes.is_empty() {
            session.read_tls(&mut bytes).unwrap();
            session.process_new_packets().expect("what comes is TLS");
            while let Ok(length @ 1..) = session.reader().read(&mut chunk) {
                plain.extend(&chunk[..length]);
            }
        }
        plain
    }
}
