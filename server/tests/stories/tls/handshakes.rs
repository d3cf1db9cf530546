//! Who comes in under TLS: in time, in TLS, and not more of them than there may be.

use std::{num::NonZeroUsize, sync::Arc, time::Duration};

use futures::future::join_all;
use rustls::{ClientConfig, ClientConnection, RootCertStore, crypto::ring, pki_types::ServerName};
use tokio::{
    net::TcpStream,
    time::{Instant, timeout},
};

use crate::harness::{GENERAL, Raw, Setup, TestServer, until};

/// What a client says first.
fn hello() -> Vec<u8> {
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    let name = ServerName::try_from("127.0.0.1").unwrap();
    let mut client = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut hello = Vec::new();
    client.write_tls(&mut hello).unwrap();
    hello
}

#[tokio::test]
async fn who_never_finishes_the_handshake_is_given_up() {
    let server = TestServer::start_tls().await;
    let ann = server.stranger("ann").await;
    let (began, address, hello) = (Instant::now(), server.address, hello());
    let beginnings: [&[u8]; 4] = [b"", &hello[..1], &hello[..hello.len() / 2], &hello];
    let withheld = beginnings.map(|beginning| async move {
        let mut raw = Raw::connect(address).await;
        raw.send(beginning).await;
        raw.ends().await;
    });
    let dripped = async {
        let mut raw = Raw::connect(address).await;
        for byte in hello.chunks(1).take(hello.len() - 1) {
            raw.send(byte).await;
            if timeout(Duration::from_millis(200), raw.ends()).await.is_ok() {
                return;
            }
        }
        panic!("{} bytes were waited for", hello.len());
    };
    let silent = async {
        let mut raw = Raw::connect_line(&ann.line()).await;
        assert!(raw.ends().await.is_empty());
    };
    tokio::join!(join_all(withheld), dripped, silent);
    assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
    until("an empty house", || server.context().door.figures().connections == 0).await;
}

#[tokio::test]
async fn plain_http_on_a_port_that_speaks_tls_is_told_so_and_harms_nobody() {
    let server = TestServer::start_tls().await;
    let [ann, bob] = server.people(["ann", "bob"]).await;
    let mut plain = Raw::connect(server.address).await;
    plain
        .send(b"GET / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")
        .await;
    let head = plain.head().await;
    assert!(head.starts_with("HTTP/1.1 400 "), "{head}");
    let sentence = String::from_utf8(plain.ends().await).unwrap();
    assert!(sentence.contains("HTTPS"), "{sentence}");
    // What only looks like TLS, and a handshake that stops being one.
    for nonsense in [[0x16; 600].to_vec(), [hello(), b"nonsense".repeat(100)].concat()] {
        let mut raw = Raw::connect(server.address).await;
        raw.send(&nonsense).await;
        raw.ends().await;
    }
    let (_, seq) = ann.says(GENERAL, "still here").await;
    bob.reaches(GENERAL, seq).await;
    drop(plain);
    until("those two alone", || server.context().door.figures().connections == 2).await;
}

#[tokio::test]
async fn an_address_has_so_many_connections_and_the_next_does_not_even_get_a_handshake() {
    let server = TestServer::start_as(Setup {
        connections_per_address: NonZeroUsize::new(2),
        tls: true,
        ..Setup::default()
    })
    .await;
    let ann = server.stranger("ann").await;
    until("an empty house", || server.context().door.figures().connections == 0).await;
    let (_one, other) = (ann.opens().await, Raw::open_line(&ann.line()).await);
    let mut outside = Raw::connect(server.address).await;
    assert!(outside.ends().await.is_empty());
    other.reset();
    until("a free place", || server.context().door.figures().connections == 1).await;
    ann.opens().await;
}

#[tokio::test]
async fn nothing_but_http_1_1_is_spoken_inside() {
    let server = TestServer::start_tls().await;
    let trust = server.trust.as_ref().unwrap();
    let greets = async |protocols: &[&str]| {
        let stream = TcpStream::connect(server.address).await.unwrap();
        let stream = trust.offering(protocols).greets(stream).await?;
        let (_, session) = stream.get_ref();
        std::io::Result::Ok(session.alpn_protocol().map(<[u8]>::to_vec))
    };
    assert_eq!(
        greets(&["h2", "http/1.1"]).await.unwrap().as_deref(),
        Some(b"http/1.1".as_slice())
    );
    assert_eq!(greets(&[]).await.unwrap(), None, "not to say is to speak HTTP/1.1");
    assert!(greets(&["h2"]).await.is_err());
}
