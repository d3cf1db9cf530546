//! Where a server is, and how to speak with it.

use std::{
    io::{self, Read, Write},
    net::SocketAddr,
    sync::Arc,
};

use anyhow::Result;
use rustls::{ClientConfig, ClientConnection};

/// A server to connect to.
#[derive(Clone)]
pub struct Target {
    /// Its address.
    pub address: SocketAddr,
    /// With it TLS is spoken, and this is what is believed.
    pub trust: Option<Arc<ClientConfig>>,
}

impl From<SocketAddr> for Target {
    fn from(address: SocketAddr) -> Self {
        Self { address, trust: None }
    }
}

impl Target {
    /// Speaks with the server over a socket that is connected to it. A TLS handshake is done with the first bytes that are written.
    ///
    /// # Errors
    /// TLS cannot be spoken under this trust.
    pub fn over<S>(&self, socket: S) -> Result<Stream<S>> {
        let session = match &self.trust {
            Some(trust) => {
                let name = self.address.ip().into();
                Some(Box::new(ClientConnection::new(Arc::clone(trust), name)?))
            }
            None => None,
        };
        Ok(Stream { socket, session })
    }
}

/// A client's stream: a socket, and the state of its TLS if that is spoken.
pub struct Stream<S> {
    pub(crate) socket: S,
    session: Option<Box<ClientConnection>>,
}

impl<S> Stream<S> {
    /// Whether TLS is spoken.
    pub fn is_encrypted(&self) -> bool {
        self.session.is_some()
    }

    /// What it runs over.
    pub fn socket(&self) -> &S {
        &self.socket
    }

    /// The same over another form of the socket.
    pub(crate) fn map<T>(self, change: impl FnOnce(S) -> T) -> Stream<T> {
        Stream {
            socket: change(self.socket),
            session: self.session,
        }
    }
}

impl<S: Read + Write> Read for Stream<S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match &mut self.session {
            Some(session) => rustls::Stream::new(&mut **session, &mut self.socket).read(buffer),
            None => self.socket.read(buffer),
        }
    }
}

impl<S: Read + Write> Write for Stream<S> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.session {
            Some(session) => rustls::Stream::new(&mut **session, &mut self.socket).write(bytes),
            None => self.socket.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.session {
            Some(session) => rustls::Stream::new(&mut **session, &mut self.socket).flush(),
            None => self.socket.flush(),
        }
    }
}
