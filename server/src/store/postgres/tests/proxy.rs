//! A line to the server that can be cut at a moment of one's choice.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, copy},
    net::{TcpListener, TcpStream},
};

/// When lines are cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// `COMMIT` was said, and the server does not hear it.
    BeforeCommit,
    /// The server has heard it, and its answer does not come back.
    AfterCommit,
}

/// Stands between a store and the server.
pub(super) struct Proxy {
    pub(super) url: String,
    cuts: Arc<AtomicBool>,
}

impl Proxy {
    /// Lets everything through, until it is told to cut.
    pub(super) async fn before(url: &str, cut: Cut) -> Self {
        let config: tokio_postgres::Config = url.parse().unwrap();
        let server: SocketAddr = ([127, 0, 0, 1], config.get_ports()[0]).into();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let cuts = Arc::new(AtomicBool::new(false));
        let armed = Arc::clone(&cuts);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let line = TcpStream::connect(server).await.unwrap();
                tokio::spawn(carry(client, line, cut, Arc::clone(&armed)));
            }
        });
        Self {
            url: url.replace(&server.to_string(), &format!("127.0.0.1:{port}")),
            cuts,
        }
    }

    /// From now on lines are cut, or not any more.
    pub(super) fn cuts(&self, cuts: bool) {
        self.cuts.store(cuts, SeqCst);
    }
}

async fn carry(mut client: TcpStream, server: TcpStream, cut: Cut, armed: Arc<AtomicBool>) {
    let (mut from_server, mut to_server) = server.into_split();
    let (mut from_client, mut to_client) = client.split();
    let there = async {
        let mut bytes = vec![0; 64 * 1024];
        loop {
            let count = from_client.read(&mut bytes).await.unwrap_or(0);
            if count == 0 {
                return;
            }
            let said = &bytes[..count];
            if armed.load(SeqCst) && said.windows(7).any(|word| word == b"COMMIT\0") {
                if cut == Cut::AfterCommit {
                    to_server.write_all(said).await.unwrap();
                }
                return;
            }
            to_server.write_all(said).await.unwrap();
        }
    };
    let back = async {
        let mut answers = vec![0; 64 * 1024];
        loop {
            let count = from_server.read(&mut answers).await.unwrap_or(0);
            if count == 0 || to_client.write_all(&answers[..count]).await.is_err() {
                return;
            }
        }
    };
    tokio::select! {
        () = there => {}
        () = back => {}
    }
    // Whatever the server still says is heard to its end, so that it works on what it was told last.
    drop(to_server);
    let _ = copy(&mut from_server, &mut tokio::io::sink()).await;
}
