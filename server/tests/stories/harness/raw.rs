//! A client that speaks bytes: for everything that an honest client would not send.

use std::{convert::Infallible, net::SocketAddr};

use app::protocol::ServerFrame;
use socket2::SockRef;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use super::{Line, PATIENCE, Person, Wire};

/// A connection, one byte after the other.
pub struct Raw {
    stream: Wire,
}

impl Raw {
    /// Connects, and says nothing.
    pub async fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self {
            stream: Wire::Left(stream),
        }
    }

    /// Connects, and says nothing but what TLS says.
    pub async fn connect_line(line: &Line) -> Self {
        Self {
            stream: line.connect().await.unwrap(),
        }
    }

    /// Upgrades by hand.
    pub async fn open(address: SocketAddr, person: &Person) -> Self {
        let line = Line {
            address,
            ..person.line()
        };
        Self::open_line(&line).await
    }

    /// The same, as the line says.
    pub async fn open_line(line: &Line) -> Self {
        let mut raw = Self::connect_line(line).await;
        let request = format!(
            "GET /ws HTTP/1.1\r\nHost: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
             Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: Bearer {}\r\n\r\n",
            line.address, line.token
        );
        raw.send(request.as_bytes()).await;
        let head = raw.head().await;
        assert!(head.starts_with("HTTP/1.1 101"), "{head}");
        raw
    }

    /// Reads an HTTP answer up to its body.
    pub async fn head(&mut self) -> String {
        let mut head = Vec::new();
        let reading = async {
            while !head.ends_with(b"\r\n\r\n") {
                head.push(self.stream.read_u8().await.expect("an answer"));
            }
        };
        timeout(PATIENCE, reading).await.expect("an answer in time");
        String::from_utf8(head).unwrap()
    }

    /// Sends bytes as they are. A server that has hung up takes none, and that is its right.
    pub async fn send(&mut self, bytes: &[u8]) {
        let _ = self.stream.write_all(bytes).await;
    }

    /// The same, in pieces of this many bytes, each in a packet of its own.
    pub async fn send_in_pieces(&mut self, bytes: &[u8], size: usize) {
        for piece in bytes.chunks(size) {
            self.send(piece).await;
            tokio::task::yield_now().await;
        }
    }

    /// Writes these bytes again and again, as fast as the server takes them, and reads away whatever it says. Until it is dropped.
    pub async fn floods(self, bytes: &[u8]) -> Infallible {
        let (mut incoming, mut outgoing) = tokio::io::split(self.stream);
        let writing = async {
            loop {
                outgoing.write_all(bytes).await.expect("the server goes on");
            }
        };
        let reading = async {
            let mut scratch = vec![0; 64 * 1024];
            loop {
                let read = incoming.read(&mut scratch).await.expect("the server goes on");
                assert!(read > 0, "the server hung up");
            }
        };
        tokio::select! {
            never = writing => never,
            never = reading => never,
        }
    }

    /// Sends a frame, masked as a client has to.
    pub async fn send_frame(&mut self, first: u8, payload: &[u8]) {
        self.send(&masked(first, payload)).await;
    }

    /// Reads until the server says goodbye, and gives its code; 1006 when it went without a word.
    pub async fn close_code(&mut self) -> u16 {
        loop {
            match self.frame().await {
                Some((0x88, payload)) => return u16::from_be_bytes([payload[0], payload[1]]),
                Some(_) => {}
                None => return 1006,
            }
        }
    }

    /// Whether the line ends now, and under TLS with its own goodbye.
    pub async fn ends_in_order(&mut self) -> bool {
        let ending = timeout(PATIENCE, self.stream.read(&mut [0])).await;
        ending.expect("the server ends it").is_ok_and(|length| length == 0)
    }

    /// Reads until the line ends. A server that is silent for a minute does not end it.
    pub async fn ends(&mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        let reading = self.stream.read_to_end(&mut rest);
        // Reset or not: it is the end.
        let _ = timeout(PATIENCE, reading).await.expect("the server ends it");
        rest
    }

    /// The next frame: its first byte and payload. `None` when there is none any more.
    pub async fn frame(&mut self) -> Option<(u8, Vec<u8>)> {
        timeout(PATIENCE, self.read_frame()).await.expect("a frame, or the end")
    }

    /// The next frame, which has to be one of the protocol.
    pub async fn told(&mut self) -> ServerFrame {
        let (first, payload) = self.frame().await.expect("a frame");
        assert_eq!(first, 0x81, "a whole text");
        serde_json::from_slice(&payload).unwrap()
    }

    async fn read_frame(&mut self) -> Option<(u8, Vec<u8>)> {
        let first = self.stream.read_u8().await.ok()?;
        assert!(first & 0x70 == 0, "a server sets no reserved bit");
        let length = match self.stream.read_u8().await.ok()? {
            126 => {
                let length = u64::from(self.stream.read_u16().await.ok()?);
                assert!(length > 125, "the shortest form");
                length
            }
            127 => {
                let length = self.stream.read_u64().await.ok()?;
                assert!(length > 0xFFFF, "the shortest form");
                length
            }
            length => {
                assert!(length < 126, "a server does not mask");
                u64::from(length)
            }
        };
        let mut payload = vec![0; usize::try_from(length).unwrap()];
        self.stream.read_exact(&mut payload).await.ok()?;
        Some((first, payload))
    }

    /// Ends the line with a reset, as a machine does that has just been switched off and on again.
    pub fn reset(self) {
        let socket = match &self.stream {
            Wire::Left(stream) => stream,
            Wire::Right(stream) => stream.get_ref().0,
        };
        SockRef::from(socket)
            .set_linger(Some(std::time::Duration::ZERO))
            .unwrap();
    }
}

/// A client's whole frame.
pub fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
    const MASK: [u8; 4] = [0x37, 0xFA, 0x21, 0x3D];
    let mut frame = header(first, payload.len() as u64, true);
    frame.extend(MASK);
    frame.extend(payload.iter().zip(MASK.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    frame
}

/// A frame's header without its mask.
pub fn header(first: u8, length: u64, masked: bool) -> Vec<u8> {
    let mask = if masked { 0x80 } else { 0 };
    let mut header = vec![first];
    match length {
        0..=125 => header.push(mask | length as u8),
        126..=0xFFFF => {
            header.push(mask | 126);
            header.extend((length as u16).to_be_bytes());
        }
        _ => {
            header.push(mask | 127);
            header.extend(length.to_be_bytes());
        }
    }
    header
}
