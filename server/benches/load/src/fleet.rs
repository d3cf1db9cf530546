//! Many connections, one thread, one loop: reads, counts, and does nothing else.

use std::{
    io::{ErrorKind, Read as _, Write as _},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use mio::{Events, Interest, Poll, Token, net::TcpStream};

use crate::{
    connect::Connected,
    frame::{PONG, Parser, Seen},
    target::Stream,
};

/// Events taken from the kernel in one go.
const EVENTS: usize = 1_024;
/// Bytes read in one go.
const CHUNK: usize = 64 * 1024;
/// Without anything received for this long, the server is said to stall.
const PATIENCE: Duration = Duration::from_secs(20);

/// The connections of one measurement.
pub struct Fleet {
    poll: Poll,
    events: Events,
    members: Vec<Member>,
    buffer: Vec<u8>,
    heard: Instant,
    /// Bytes sent and received, without handshakes.
    bytes: u64,
}

struct Member {
    stream: Stream<TcpStream>,
    parser: Parser,
}

impl Member {
    #[cfg(target_os = "linux")]
    fn acknowledge_at_once(&self) -> Result<()> {
        Ok(socket2::SockRef::from(&self.stream.socket).set_tcp_quickack(true)?)
    }

    /// Only Linux can be asked for it; figures from elsewhere are for orientation.
    #[cfg(not(target_os = "linux"))]
    fn acknowledge_at_once(&self) -> Result<()> {
        Ok(())
    }
}

impl Fleet {
    /// Takes connections over. Their order is their index.
    pub fn of(connections: Vec<Connected>) -> Result<Self> {
        let poll = Poll::new()?;
        let mut members = Vec::with_capacity(connections.len());
        for (index, stream) in connections.into_iter().enumerate() {
            stream.socket.set_nonblocking(true)?;
            let mut stream = stream.map(TcpStream::from_std);
            poll.registry()
                .register(&mut stream.socket, Token(index), Interest::READABLE)?;
            members.push(Member {
                stream,
                parser: Parser::default(),
            });
        }
        let events = Events::with_capacity(EVENTS);
        Ok(Self {
            poll,
            events,
            members,
            buffer: vec![0; CHUNK],
            heard: Instant::now(),
            bytes: 0,
        })
    }

    /// How many there are.
    pub fn size(&self) -> usize {
        self.members.len()
    }

    /// Sends bytes that fit into an empty socket.
    pub fn send(&mut self, index: usize, bytes: &[u8]) -> Result<()> {
        let written = self.members[index]
            .stream
            .write(bytes)
            .context("the server takes no more from a client")?;
        if written < bytes.len() {
            bail!("the server takes no more from client {index}");
        }
        self.bytes += bytes.len() as u64;
        Ok(())
    }

    /// Every connection acknowledges at once what comes, as one that never said anything does (tcp(7), `TCP_QUICKACK`).
    ///
    /// Linux takes whoever answers soon for interactive, and holds the acknowledgement back for the next answer. With the next segment but
    /// one it leaves all the same, and on loopback the sender makes it. Magpie's receivers say hello, others' say nothing: without this only
    /// Magpie would be charged for it.
    pub fn acknowledge_at_once(&self) -> Result<()> {
        self.members.iter().try_for_each(Member::acknowledge_at_once)
    }

    /// Bytes sent and received as frames.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Waits for something to arrive, reads all of it, and tells whose it was and what was in it.
    pub fn turn(&mut self, wait: Duration, mut saw: impl FnMut(usize, Seen)) -> Result<()> {
        match self.poll.poll(&mut self.events, Some(wait.min(PATIENCE))) {
            Err(error) if error.kind() == ErrorKind::Interrupted => return Ok(()),
            other => other?,
        }
        if !self.events.is_empty() {
            self.heard = Instant::now();
        } else if self.heard.elapsed() >= PATIENCE {
            bail!("the server stalls: nothing came for {} seconds", PATIENCE.as_secs());
        }
        for event in &self.events {
            let index = event.token().0;
            let member = &mut self.members[index];
            loop {
                let length = match member.stream.read(&mut self.buffer) {
                    Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                    other => other.with_context(|| format!("connection {index} broke"))?,
                };
                self.bytes += length as u64;
                let seen = member.parser.feed(&self.buffer[..length]);
                if length == 0 || seen.closed {
                    bail!("the server closed connection {index}");
                }
                if seen.refused > 0 {
                    bail!(
                        "the server refused: {}",
                        String::from_utf8_lossy(&self.buffer[..length])
                    );
                }
                if seen.pings > 0 {
                    member.stream.write_all(&PONG)?;
                    member.acknowledge_at_once()?;
                }
                saw(index, seen);
                // A short read has emptied the socket: what comes later rings again. TLS gives a record, and may have more.
                if length < self.buffer.len() && !member.stream.is_encrypted() {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Reads for a while whatever comes.
    pub fn idle(&mut self, time: Duration) -> Result<()> {
        let end = Instant::now() + time;
        while let Some(left) = end.checked_duration_since(Instant::now()) {
            self.heard = Instant::now();
            self.turn(left, |_, _| {})?;
        }
        Ok(())
    }
}
