//! The usual example of a chat in Rust: axum's WebSocket, a task for each connection, everything through one broadcast channel. Like the
//! Node server it stores nothing and checks nothing.

use std::net::Ipv4Addr;

use anyhow::Result;
use axum::{
    Router,
    extract::{
        State, WebSocketUpgrade,
        ws::{Message, WebSocket},
    },
    response::Response,
    routing::get,
    serve::ListenerExt as _,
};
use tokio::{
    net::TcpListener,
    sync::broadcast::{self, Receiver, Sender, error::RecvError},
};

/// Messages that may wait for a slow connection.
const WAITING: usize = 1_024;

/// Accepts for ever. What one client sends goes to all.
pub fn serve(port: u16) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let router = Router::new()
            .route("/", get(upgrade))
            .with_state(broadcast::channel(WAITING).0);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        // Without it each message would wait for the last one's acknowledgement.
        let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
        Ok(axum::serve(listener, router).await?)
    })
}

async fn upgrade(State(all): State<Sender<Message>>, upgrade: WebSocketUpgrade) -> Response {
    // Before the answer: whoever has it may send at once, and that is to reach everybody.
    let heard = all.subscribe();
    upgrade.on_upgrade(|socket| talk(socket, all, heard))
}

async fn talk(mut socket: WebSocket, all: Sender<Message>, mut heard: Receiver<Message>) {
    loop {
        tokio::select! {
            said = socket.recv() => match said {
                // Nobody listening is no trouble: the sender itself does.
                Some(Ok(message @ (Message::Text(_) | Message::Binary(_)))) => drop(all.send(message)),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return,
            },
            message = heard.recv() => match message {
                Ok(message) => {
                    if socket.send(message).await.is_err() {
                        return;
                    }
                }
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return,
            },
        }
    }
}
