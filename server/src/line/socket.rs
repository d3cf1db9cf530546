//! A socket, asked at once. What tokio knows of it is a look elsewhere in memory, and of use only when the socket is full or
//! empty.

use std::io::{self, Read as _};

use socket2::SockRef;
use tokio::{io::Interest, net::TcpStream};

/// Bytes that the system may keep for a peer and not have sent: about one page.
#[cfg(target_os = "linux")]
const UNSENT: u32 = 128 * 1024;

/// Sets what the system does with a connection just accepted: small frames are sent at once (45 ms at the 99th percentile were seen
/// without it), and little is kept that a slow peer has not taken (tcp(7), `TCP_NOTSENT_LOWAT`). Left alone the system keeps megabytes,
/// which no budget counts, and in which the next ping stands behind a minute of a slow line: who answers it so late would be taken for
/// dead. Elsewhere than on Linux it keeps what it likes.
pub fn set_up(stream: &TcpStream) {
    let _ = stream.set_nodelay(true);
    #[cfg(target_os = "linux")]
    if let Err(error) = SockRef::from(stream).set_tcp_notsent_lowat(UNSENT) {
        tracing::debug!(%error, "the system keeps as much as it likes for this peer");
    }
}

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
