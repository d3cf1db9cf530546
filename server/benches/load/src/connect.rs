//! Opens many WebSocket connections to one port.

use std::{
    io::{Read as _, Write as _},
    net::{Ipv4Addr, SocketAddr, SocketAddrV4, TcpStream},
    time::Duration,
};

use anyhow::{Context as _, Result, bail};
use socket2::{Domain, Socket, Type};

use crate::target::{Stream, Target};

/// An upgraded connection. Servers here say nothing before the client does, so no frame is lost behind the handshake.
pub type Connected = Stream<TcpStream>;

/// Handshakes under way at a time.
const AT_ONCE: usize = 64;
/// Connections from one address; each address has its own ports.
const PER_ADDRESS: usize = 5_000;
/// How long a server may take to answer a handshake.
const PATIENCE: Duration = Duration::from_secs(10);

/// Opens `count` connections; `header` gives each one's own header lines. While one waits for its answer, the next ones knock.
pub fn connect(
    server: impl Into<Target>,
    path: &str,
    count: usize,
    header: impl Fn(usize) -> String,
) -> Result<Vec<Connected>> {
    let server = server.into();
    let host = server.address;
    let mut all = Vec::with_capacity(count);
    let mut request = Vec::new();
    for index in 0..count {
        if index >= AT_ONCE {
            upgraded(&mut all[index - AT_ONCE])?;
        }
        let mut stream = server.over(open(host, index)?)?;
        request.clear();
        write!(
            request,
            "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{}\r\n",
            header(index)
        )?;
        // In one piece, as browsers send it.
        stream.write_all(&request)?;
        all.push(stream);
    }
    for stream in &mut all[count.saturating_sub(AT_ONCE)..] {
        upgraded(stream)?;
    }
    Ok(all)
}

/// Connects to a server on this machine from an address of its own for every few thousand: one address has only so many ports.
fn open(server: SocketAddr, index: usize) -> Result<TcpStream> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    if server.ip().is_loopback() {
        let [_, _, high, low] = (u32::from(server.port()) % 250 * 250 + 2 + (index / PER_ADDRESS) as u32).to_be_bytes();
        socket.bind(&SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::new(127, 0, high, low), 0)).into())?;
    }
    socket.connect(&server.into()).context("the server does not accept")?;
    socket.set_tcp_nodelay(true)?;
    socket.set_read_timeout(Some(PATIENCE))?;
    Ok(socket.into())
}

/// Waits for the answer, which comes in one piece as a rule.
fn upgraded(stream: &mut Connected) -> Result<()> {
    let (mut answer, mut length) = ([0; 1_024], 0);
    while !answer[..length].ends_with(b"\r\n\r\n") {
        let read = stream
            .read(&mut answer[length..])
            .context("no answer to the handshake")?;
        if read == 0 {
            bail!(
                "the handshake was broken off: {}",
                String::from_utf8_lossy(&answer[..length])
            );
        }
        length += read;
    }
    if !answer.starts_with(b"HTTP/1.1 101 ") {
        bail!(
            "the handshake was refused: {}",
            String::from_utf8_lossy(&answer[..length])
        );
    }
    Ok(())
}
