//! The limit: one prebuilt frame written to every socket, with nothing around it. What is measured beside it is compared
//! to it, because ratios of one run are steadier than microseconds.

use std::{
    io::{Read as _, Write as _},
    net::{Ipv4Addr, TcpListener, TcpStream},
    sync::{Arc, Mutex, PoisonError},
    thread,
};

use anyhow::{Context as _, Result};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha1::{Digest as _, Sha1};

use crate::post;

type Sockets = Arc<Mutex<Vec<TcpStream>>>;

/// Accepts for ever. What the first connection sends goes to all as the prebuilt frame, once for each frame it sent.
pub fn serve(port: u16) -> Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
    let sockets = Sockets::default();
    loop {
        let (mut stream, _) = listener.accept()?;
        stream.set_nodelay(true)?;
        let Ok(key) = asked(&mut stream) else { continue };
        // Held over the answer: whoever has it may send at once, and that is to reach everybody.
        let mut all = sockets.lock().unwrap_or_else(PoisonError::into_inner);
        let Ok(()) = answer(&mut stream, &key) else { continue };
        if all.is_empty() {
            let (sender, sockets) = (stream.try_clone()?, Arc::clone(&sockets));
            thread::spawn(move || write_to_all(sender, &sockets));
        }
        all.push(stream);
    }
}

/// The key of a handshake's request.
fn asked(stream: &mut TcpStream) -> Result<String> {
    let mut request = Vec::new();
    let mut piece = [0; 1_024];
    while !request.ends_with(b"\r\n\r\n") {
        let length = stream.read(&mut piece)?;
        anyhow::ensure!(length > 0, "hung up");
        request.extend(&piece[..length]);
    }
    let request = String::from_utf8(request)?;
    let key = request
        .lines()
        .find_map(|line| line.strip_prefix("Sec-WebSocket-Key: "))
        .context("no key")?;
    Ok(key.to_owned())
}

fn answer(stream: &mut TcpStream, key: &str) -> Result<()> {
    let digest = Sha1::new()
        .chain_update(key)
        .chain_update("258EAFA5-E914-47DA-95CA-C5AB0DC85B11")
        .finalize();
    let accept = STANDARD.encode(digest);
    write!(
        stream,
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"
    )?;
    Ok(())
}

/// What arrived together leaves together: one write for each socket.
fn write_to_all(mut sender: TcpStream, sockets: &Sockets) {
    let wished = post::raw().len();
    let frame = post::as_magpie_sends_it();
    let mut buffer = vec![0; 64 * 1024];
    let mut held = 0;
    while let Ok(length) = sender.read(&mut buffer) {
        if length == 0 {
            return;
        }
        held += length;
        let frames = frame.repeat(held / wished);
        held %= wished;
        for mut socket in sockets.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            // One that is gone is not written to; the client notices.
            let _ = socket.write_all(&frames);
        }
    }
}
