//! The life of one connection: a reading and a writing half in one task, and one way to end.

use std::sync::Arc;

use tokio::net::TcpStream;
use tracing::debug;

use app::protocol::CloseCode;

use super::{reading::Reader, writing};
use crate::{
    command::Actor,
    context::Context,
    hub::{Kind, Writer, frame},
};

/// Why a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Say goodbye with this code.
    Close(CloseCode),
    /// The peer said goodbye; it hears its own code again (RFC 6455, section 5.5.1).
    Closed(u16),
    /// The line is dead; nobody hears a goodbye.
    Lost,
}

/// What both halves share.
#[derive(Clone)]
pub struct Connection {
    /// The server's parts.
    pub context: Context,
    /// Whose connection it is.
    pub actor: Actor,
    /// The outgoing side, lent to the hub.
    pub writer: Arc<Writer>,
    /// Both directions of the line.
    pub stream: Arc<TcpStream>,
}

impl Connection {
    /// Answers, or tells something that belongs to no feed.
    pub fn send(&self, frame: &app::protocol::ServerFrame) {
        self.writer.send(frame::json(frame), Kind::Reply);
    }

    /// Answers several commands with one write.
    pub fn send_all(&self, frames: impl Iterator<Item = app::protocol::ServerFrame>) {
        self.writer.send(frame::all_json(frames), Kind::Reply);
    }
}

/// Serves a connection until it ends. `received` is what the HTTP stack had already read.
pub async fn serve(context: Context, actor: Actor, stream: TcpStream, received: Vec<u8>) {
    let stream = Arc::new(stream);
    let writer = context.hub.connect(actor.id(), actor.session, Arc::clone(&stream));
    let connection = Connection {
        context,
        actor,
        writer,
        stream,
    };
    // Deregisters also when a half panics: the hub must not keep what nobody serves.
    let registered = Registered(&connection);
    let seat = connection.context.door.seat(connection.actor.id());
    let end = match &seat {
        None => End::Close(CloseCode::TooManyConnections),
        Some(_) => {
            let mut reader = Reader::new(&connection, received);
            tokio::select! {
                end = reader.run() => end,
                end = writing::run(&connection) => end,
            }
        }
    };
    drop(registered);
    let goodbye = match end {
        End::Close(code) => Some(code.number()),
        End::Closed(code) => Some(code),
        End::Lost => None,
    };
    if let Some(code) = goodbye {
        // Boxed, like all that is seldom awaited here: a task is as large as the largest of what it awaits.
        Box::pin(writing::say_goodbye(&connection, code)).await;
    }
    drop(seat);
    debug!(?end, "connection ended");
}

struct Registered<'a>(&'a Connection);

impl Drop for Registered<'_> {
    fn drop(&mut self) {
        self.0.context.hub.disconnect(&self.0.writer);
    }
}
