//! A socket, asked at once. What tokio knows of it is a look elsewhere in memory, and of use only when the socket is full or
//! empty.

use std::io::{self, Read as _};

use socket2::SockRef;
use tokio::{io::Interest, net::TcpStream};

/// Writes as much as the system takes.
pub fn write(stream: &TcpStream, bytes: &[u8]) -> io::Result<usize> {
    match SockRef::from(stream).send(bytes) {
        // Once more in tokio's way, so that it knows what to wait for.
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => stream.try_write(bytes),
        written => written,
    }
}

/// Reads what there is. `WouldBlock` when there was nothing.
pub fn read(stream: &TcpStream, chunk: &mut [u8]) -> io::Result<usize> {
    let mut taken = None;
    let read = stream.try_io(Interest::READABLE, || {
        let length = (&*SockRef::from(stream)).read(chunk)?;
        taken = Some(length);
        // Less than there was room for: the socket is empty, and the next readiness may be waited for without trying again.
        if 0 < length && length < chunk.len() {
            Err(io::ErrorKind::WouldBlock.into())
        } else {
            Ok(())
        }
    });
    match (taken, read) {
        (Some(length), _) => Ok(length),
        (None, Err(error)) => Err(error),
        (None, Ok(())) => Ok(0),
    }
}
