//! One type for both kinds of line, so that the hub need not know which it writes to.

use std::{
    io::{self, IoSlice},
    net::Shutdown,
};

use socket2::SockRef;
use tokio::{net::TcpStream, task::coop::consume_budget};
use tokio_rustls::server::TlsStream;

use super::{encrypted::Encrypted, socket};

/// A connected stream.
#[derive(Debug)]
pub enum Line {
    /// Bytes go as they are. Nothing stands between the hub and the socket: no lock, no copy, nothing kept.
    Plain(TcpStream),
    /// Bytes go under TLS.
    Encrypted(Box<Encrypted>),
}

impl Line {
    /// Writes as much as there is room for at once. Under TLS what was taken may still wait as ciphertext: see [`Line::held`].
    ///
    /// # Errors
    /// `WouldBlock` when there is no room; anything else when the line is broken.
    pub fn try_write(&self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => socket::write(stream, bytes),
            Self::Encrypted(line) => line.try_write(bytes),
        }
    }

    /// The same with several pieces. Under TLS one record takes no more than [`RECORD_BYTES`](super::RECORD_BYTES): to be called
    /// again until there is no room.
    ///
    /// # Errors
    /// As [`Line::try_write`].
    pub fn try_write_vectored(&self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.try_write_vectored(slices),
            Self::Encrypted(line) => line.try_write_vectored(slices),
        }
    }

    /// Writes the ciphertext that waits.
    ///
    /// # Errors
    /// `WouldBlock` when some of it still waits; anything else when the line is broken.
    pub fn try_flush(&self) -> io::Result<()> {
        match self {
            Self::Plain(_) => Ok(()),
            Self::Encrypted(line) => line.try_flush(),
        }
    }

    /// Bytes of ciphertext that wait for room. Always 0 on a plain line.
    pub fn held(&self) -> usize {
        match self {
            Self::Plain(_) => 0,
            Self::Encrypted(line) => line.held(),
        }
    }

    /// Reads what there is; 0 is the end. Under TLS that may leave something to be written: see [`Line::held`].
    ///
    /// # Errors
    /// `WouldBlock` when there is nothing; anything else when the line is broken, or what came is no TLS.
    pub fn try_read(&self, chunk: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => socket::read(stream, chunk),
            Self::Encrypted(line) => line.try_read(chunk),
        }
    }

    /// Waits until there may be something to read. A line that always has something lets the others have a turn now and then.
    ///
    /// # Errors
    /// The line is broken.
    pub async fn readable(&self) -> io::Result<()> {
        consume_budget().await;
        match self {
            Self::Plain(stream) => stream.readable().await,
            Self::Encrypted(line) => line.readable().await,
        }
    }

    /// Waits until there may be room.
    ///
    /// # Errors
    /// The line is broken.
    pub async fn writable(&self) -> io::Result<()> {
        self.stream().writable().await
    }

    /// Ends our direction: the peer sees the end once it has read everything. Under TLS it is told that nothing was cut off.
    ///
    /// # Errors
    /// The line is broken; then it needs no ending.
    pub async fn shut_down(&self) -> io::Result<()> {
        if let Self::Encrypted(line) = self {
            line.say_goodbye().await?;
        }
        SockRef::from(self.stream()).shutdown(Shutdown::Write)
    }

    fn stream(&self) -> &TcpStream {
        match self {
            Self::Plain(stream) => stream,
            Self::Encrypted(line) => line.stream(),
        }
    }
}

impl From<TcpStream> for Line {
    fn from(stream: TcpStream) -> Self {
        Self::Plain(stream)
    }
}

impl From<TlsStream<TcpStream>> for Line {
    fn from(stream: TlsStream<TcpStream>) -> Self {
        let (stream, connection) = stream.into_inner();
        Self::Encrypted(Box::new(Encrypted::new(stream, connection)))
    }
}
