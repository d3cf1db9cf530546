//! The life of one connection: a reading and a writing half in one task, and one way to end.

use std::{
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

use tokio::time::timeout;
use tracing::{Span, debug};

use app::protocol::{CloseCode, Rejection, RequestId, ServerFrame};

use super::{reading::Reader, writing};
use crate::{
    command::{self, Actor},
    context::Context,
    hub::{Kind, Writer, frame},
    line::Line,
};

/// How long the command that is being done may take when the server stops.
const LAST_COMMAND: Duration = Duration::from_secs(4);

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
    /// The line; its outgoing side is lent to the hub.
    pub writer: Arc<Writer>,
}

impl Connection {
    /// Answers, or tells something that belongs to no feed.
    pub fn send(&self, frame: &ServerFrame) {
        self.writer.send(frame::json(frame), Kind::Reply);
    }

    /// Answers that it was not done, and why; without `id` where nobody can say what "it" is.
    pub fn refuse(&self, id: Option<RequestId>, rejection: Rejection) {
        self.context.telemetry.requests.refused(rejection.code);
        self.send(&ServerFrame::Error { id, rejection });
    }
}

/// Serves a connection until it ends. `received` is what the HTTP stack had already read.
pub async fn serve(context: Context, actor: Actor, line: Line, received: Vec<u8>) {
    let writer = context.hub.connect(actor.id(), actor.session, line);
    Span::current().record("connection", writer.id.0);
    let connection = Connection { context, actor, writer };
    // Deregisters also when a half panics: the hub must not keep what nobody serves.
    let registered = Registered(&connection);
    let seat = connection.context.door.seat(connection.actor.id());
    let end = match &seat {
        Some(_) => match is_over_already(&connection).await {
            Some(end) => end,
            None => talk(&connection, received).await,
        },
        None => End::Close(CloseCode::TooManyConnections),
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

/// Looks the session up once more, now that its connection is registered: a sign-out before that found nothing to close.
async fn is_over_already(connection: &Connection) -> Option<End> {
    let Connection { context, actor, writer } = connection;
    tokio::select! {
        // Whoever is sent away meanwhile is told why by what comes next.
        () = writer.farewell.notified() => None,
        answer = command::is_signed_in(&context.service, actor) => match answer {
            Ok(true) => None,
            Ok(false) => Some(End::Close(CloseCode::SignedOut)),
            // Nobody can say.
            Err(_) => Some(End::Lost),
        },
    }
}

/// Reads and writes until one of both ends it.
pub(super) async fn talk(connection: &Connection, received: Vec<u8>) -> End {
    let stopping = Stopping::default();
    let mut reader = Reader::new(connection, received, &stopping);
    let mut reading = pin!(reader.run());
    tokio::select! {
        end = reading.as_mut() => end,
        end = writing::run(connection) => {
            if end == End::Close(CloseCode::GoingAway) && stopping.is_busy.load(Relaxed) {
                stopping.has_begun.store(true, Relaxed);
                // Whatever takes longer is done all the same, and answered when its sender asks again.
                let _ = Box::pin(timeout(LAST_COMMAND, reading.as_mut())).await;
            }
            end
        }
    }
}

/// What a connection's halves tell each other when the server stops: a command that was begun is still answered, the next
/// one is not begun.
#[derive(Debug, Default)]
pub struct Stopping {
    /// Set by the reading half while it acts on frames.
    pub is_busy: AtomicBool,
    /// Set when the server stops: no further frame is acted on.
    pub has_begun: AtomicBool,
}

struct Registered<'a>(&'a Connection);

impl Drop for Registered<'_> {
    fn drop(&mut self) {
        self.0.context.hub.disconnect(&self.0.writer);
    }
}
