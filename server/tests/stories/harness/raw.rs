//! A client that speaks bytes: for everything that an honest client would not send.

use std::net::SocketAddr;

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use super::{PATIENCE, Person};

/// An upgraded connection, one byte after the other.
pub struct Raw {
    stream: TcpStream,
}

impl Raw {
    /// Upgrades by hand.
    pub async fn open(address: SocketAddr, person: &Person) -> Self {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!(
            "GET /ws HTTP/1.1\r\nHost: {address}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
             Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: Bearer {}\r\n\r\n",
            person.token
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.expect("an answer to the upgrade"));
        }
        assert!(head.starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&head));
        Self { stream }
    }

    /// Sends bytes as they are. A server that has hung up takes none, and that is its right.
    pub async fn send(&mut self, bytes: &[u8]) {
        let _ = self.stream.write_all(bytes).await;
    }

    /// Sends a frame, masked as a client has to.
    pub async fn send_frame(&mut self, first: u8, payload: &[u8]) {
        let mut frame = header(first, payload.len() as u64, true);
        frame.extend([0; 4]);
        frame.extend(payload);
        self.send(&frame).await;
    }

    /// Reads until the server says goodbye, and gives its code; 1006 when it went without a word.
    pub async fn close_code(&mut self) -> u16 {
        timeout(PATIENCE, async {
            loop {
                match self.frame().await {
                    Some((0x88, payload)) => return u16::from_be_bytes([payload[0], payload[1]]),
                    Some(_) => {}
                    None => return 1006,
                }
            }
        })
        .await
        .expect("the server ends it")
    }

    /// The next frame: its first byte and payload.
    pub async fn frame(&mut self) -> Option<(u8, Vec<u8>)> {
        let first = self.stream.read_u8().await.ok()?;
        let length = match self.stream.read_u8().await.ok()? {
            126 => u64::from(self.stream.read_u16().await.ok()?),
            127 => self.stream.read_u64().await.ok()?,
            length => u64::from(length),
        };
        let mut payload = vec![0; usize::try_from(length).unwrap()];
        self.stream.read_exact(&mut payload).await.ok()?;
        Some((first, payload))
    }
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
