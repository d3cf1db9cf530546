//! Says back what it hears, with the server's own handshake, decoder and frames: what Autobahn's suite talks to. `scripts/autobahn` runs
//! both. No part of the program.

use std::{convert::Infallible, io::Write as _, net::Ipv4Addr};

use anyhow::Result;
use axum::{extract::Request, response::Response};
use bytes::Bytes;
use hyper::{
    body::Incoming as Body,
    server::conn::http1,
    service::service_fn,
    upgrade::{self, Upgraded},
};
use hyper_util::rt::TokioIo;
use server::{
    hub::frame,
    socket::{
        codec::{Decoder, Incoming, Limits},
        handshake,
    },
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// What the largest cases send. The chat takes less, and no binary; that is another test's matter.
const LIMITS: Limits = Limits {
    bytes: 16 * 1024 * 1024,
    fragments: 65_537,
    binary: true,
};
/// Read in one go.
const CHUNK: usize = 64 * 1024;
/// Opcode of a binary frame, with FIN.
const BINARY: u8 = 0x82;

type Line = TokioIo<Upgraded>;

/// Says where it listens, and serves until it is ended.
#[tokio::main]
async fn main() -> Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    writeln!(std::io::stdout(), "{}", listener.local_addr()?)?;
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(serve(stream));
    }
}

async fn serve(stream: TcpStream) {
    let service = service_fn(|request| async { Ok::<_, Infallible>(shake_hands(request)) });
    let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    // A client that goes away is no matter of the echo's.
    drop(connection.with_upgrades().await);
}

fn shake_hands(mut request: Request<Body>) -> Response {
    let answer = handshake::answer(request.version(), request.headers());
    let upgrading = upgrade::on(&mut request);
    tokio::spawn(async move {
        if let Ok(upgraded) = upgrading.await {
            drop(echo(TokioIo::new(upgraded)).await);
        }
    });
    answer.unwrap_or_else(|refusal| *refusal)
}

async fn echo(mut line: Line) -> Result<()> {
    let mut decoder = Decoder::within(LIMITS);
    let mut chunk = vec![0; CHUNK];
    loop {
        match decoder.decode() {
            Ok(None) => match line.read(&mut chunk).await? {
                0 => return Ok(()),
                length => decoder.feed(&chunk[..length]),
            },
            Ok(Some(Incoming::Text(text))) => line.write_all(&frame::text(text.as_bytes())).await?,
            Ok(Some(Incoming::Binary(bytes))) => line.write_all(&binary(&bytes)).await?,
            Ok(Some(Incoming::Ping(payload))) => line.write_all(&frame::pong(&payload)).await?,
            Ok(Some(Incoming::Pong)) => {}
            Ok(Some(Incoming::Close(code))) => return say_goodbye(line, code).await,
            Err(code) => return say_goodbye(line, code.number()).await,
        }
    }
}

/// The server sends no binary frames; they differ from text in the opcode alone.
fn binary(payload: &[u8]) -> Bytes {
    let mut bytes = frame::text(payload).to_vec();
    bytes[0] = BINARY;
    bytes.into()
}

/// As the server does it: the code, the end of our direction, and then whatever the peer still sends.
async fn say_goodbye(mut line: Line, code: u16) -> Result<()> {
    line.write_all(&frame::close(code)).await?;
    line.shutdown().await?;
    let mut chunk = vec![0; CHUNK];
    while line.read(&mut chunk).await? > 0 {}
    Ok(())
}
