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

/// Opens `count` connections; `header` gives each one's own header lines.
pub fn connect(
    server: impl Into<Target>,
    path: &str,
    count: usize,
    header: impl Fn(usize) -> String,
) -> Result<Vec<Connected>> {
    let server = server.into();
    let host = server.address;
    let mut all = Vec::with_capacity(count);
    while all.len() < count {
        let first = all.len();
        for index in first..count.min(first + AT_ONCE) {
            let mut stream = server.over(open(host, index)?)?;
            write!(
                stream,
                "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
                 Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{}\r\n",
                header(index)
            )?;
            all.push(stream);
        }
        for stream in &mut all[first..] {
            upgraded(stream)?;
        }
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

fn upgraded(stream: &mut Connected) -> Result<()> {
    let mut answer = Vec::new();
    let mut piece = [0; 1_024];
    while !answer.ends_with(b"\r\n\r\n") {
        let length = stream.read(&mut piece).context("no answer to the handshake")?;
        if length == 0 {
            bail!(
                "the server hung up during the handshake: {}",
                String::from_utf8_lossy(&answer)
            );
        }
        answer.extend(&piece[..length]);
    }
    if !answer.starts_with(b"HTTP/1.1 101 ") {
        bail!("the handshake was refused: {}", String::from_utf8_lossy(&answer));
    }
    Ok(())
}
