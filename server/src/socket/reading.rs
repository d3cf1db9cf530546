//! The incoming half: bytes to frames to commands, in order. One at a time, but for posts that came together.

use std::{io, sync::atomic::Ordering::Relaxed, time::Duration};

use tokio::{
    task::coop::consume_budget,
    time::{Instant, timeout_at},
};

use app::protocol::{
    ClientFrame, CloseCode, Command, ErrorCode, Rejection, Reply, RequestId, ServerFrame,
    limits::{HEARTBEAT_SECONDS, REFUSALS_IN_A_ROW},
};

use super::{
    codec::{Decoder, Incoming},
    connection::{Connection, End, Stopping},
    greeting::Greeter,
    posting::Posts,
};
use crate::{
    command,
    hub::{Kind, QUEUE_BYTES, frame},
};

/// How long a connection may take to say `hello`.
const HELLO_PATIENCE: Duration = Duration::from_secs(10);
/// Every heartbeat brings a ping. The first that is not answered comes at most one after the last sign of life: a peer has two more.
const SILENCE: Duration = Duration::from_secs(3 * HEARTBEAT_SECONDS);
/// With more than this waiting to be written, no further command is read.
const PATIENCE_BYTES: usize = QUEUE_BYTES / 2;
/// What is read in one go. On the stack, never across an await: an idle connection holds no buffer.
const CHUNK: usize = 16 * 1024;

/// Reads one connection.
pub struct Reader<'a> {
    connection: &'a Connection,
    decoder: Decoder,
    greeter: Greeter<'a>,
    posts: Posts<'a>,
    /// Frames in a row that nobody could read, or that came too fast.
    refusals: u32,
    stopping: &'a Stopping,
    hello_due: Instant,
    /// When the last whole message came: parts of one may be a trickle that never ends.
    heard: Instant,
}

impl<'a> Reader<'a> {
    /// Reads on after what was received already.
    pub fn new(connection: &'a Connection, received: Vec<u8>, stopping: &'a Stopping) -> Self {
        Self {
            connection,
            decoder: Decoder::after(received),
            greeter: Greeter::new(connection),
            posts: Posts::new(connection),
            refusals: 0,
            stopping,
            hello_due: Instant::now() + HELLO_PATIENCE,
            heard: Instant::now(),
        }
    }

    /// Reads until the connection ends.
    pub async fn run(&mut self) -> End {
        loop {
            self.stopping.is_busy.store(true, Relaxed);
            if let Err(end) = self.drain().await {
                return end;
            }
            self.stopping.is_busy.store(false, Relaxed);
            // A socket that is always readable would never be found to be late.
            if !self.greeter.greeted() && Instant::now() >= self.hello_due {
                return End::Close(CloseCode::HelloTimeout);
            }
            let (due, code) = if self.greeter.greeted() {
                (self.heard + SILENCE, CloseCode::Silent)
            } else {
                (self.hello_due, CloseCode::HelloTimeout)
            };
            match timeout_at(due, self.connection.writer.line().readable()).await {
                // A peer that reads slowly or nothing cannot hear the ping that it is to answer: the writing half says when it is enough.
                Err(_) if self.greeter.greeted() && self.cannot_hear() => self.heard = Instant::now(),
                Err(_) => return End::Close(code),
                Ok(Err(_)) => return End::Lost,
                Ok(Ok(())) => {}
            }
            match self.read() {
                Ok(0) => return End::Lost,
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(_) => return End::Lost,
            }
        }
    }

    fn cannot_hear(&self) -> bool {
        self.connection.writer.take_progress() || self.connection.writer.is_full()
    }

    /// Reads what there is. `WouldBlock` when there was nothing.
    fn read(&mut self) -> io::Result<usize> {
        let mut chunk = [0; CHUNK];
        let length = self.connection.writer.read(&mut chunk)?;
        self.decoder.feed(&chunk[..length]);
        Ok(length)
    }

    /// Acts on every whole frame that was received.
    async fn drain(&mut self) -> Result<(), End> {
        loop {
            if self.stopping.has_begun.load(Relaxed) {
                Box::pin(self.posts.finish()).await;
                return Err(End::Close(CloseCode::GoingAway));
            }
            let incoming = self.decoder.decode();
            if let Ok(Some(_)) = &incoming {
                self.heard = Instant::now();
            }
            // One read may hold thousands of frames, none of which has to be waited for.
            consume_budget().await;
            if let Ok(Some(Incoming::Text(text))) = &incoming {
                Box::pin(self.frame(text)).await;
                if self.refusals >= REFUSALS_IN_A_ROW {
                    return Err(End::Close(CloseCode::PolicyViolation));
                }
            } else if !self.posts.is_empty() {
                Box::pin(self.posts.finish()).await;
            }
            match incoming.map_err(End::Close)? {
                None => return Ok(()),
                Some(Incoming::Text(_) | Incoming::Pong) => {}
                // The decoder refuses them by their first header.
                Some(Incoming::Binary(_)) => return Err(End::Close(CloseCode::UnsupportedData)),
                Some(Incoming::Ping(payload)) => self.connection.writer.send(frame::pong(&payload), Kind::Reply),
                Some(Incoming::Close(code)) => return Err(End::Closed(code)),
            }
            self.room_for_answers().await?;
        }
    }

    /// Waits while too much waits to be written. Whoever has not said `hello` waits no longer than that may take.
    async fn room_for_answers(&self) -> Result<(), End> {
        let shorter = self.connection.writer.shorter_than(PATIENCE_BYTES);
        if self.greeter.greeted() {
            shorter.await;
            return Ok(());
        }
        let in_time = timeout_at(self.hello_due, shorter).await;
        in_time.map_err(|_| End::Close(CloseCode::HelloTimeout))
    }

    async fn frame(&mut self, text: &str) {
        let refusals = self.refusals;
        self.act_on(text).await;
        if self.refusals == refusals {
            self.refusals = 0;
        }
    }

    async fn act_on(&mut self, text: &str) {
        match command::decode(text) {
            Ok(ClientFrame {
                id,
                command:
                    Command::PostMessage {
                        room,
                        client_message_id,
                        body,
                        read,
                    },
            }) if self.greeter.greeted() => {
                let Connection { context, actor, .. } = self.connection;
                match command::draft(&context.service, actor, client_message_id, body, read) {
                    Ok(draft) => self.posts.add(id, room, draft).await,
                    Err(rejection) => self.refuse(Some(id), rejection).await,
                }
            }
            Ok(ClientFrame { id, command }) => {
                // What follows a post is done after it.
                self.posts.finish().await;
                match self.command(id, command).await {
                    Ok(Some(answer)) => self.connection.send(&answer),
                    Ok(None) => {}
                    Err(rejection) => self.refuse(Some(id), rejection).await,
                }
            }
            Err((id, rejection)) => self.refuse(id, rejection).await,
        }
    }

    /// Answers in order: after what came before.
    async fn refuse(&mut self, id: Option<RequestId>, rejection: Rejection) {
        self.posts.finish().await;
        if matches!(
            rejection.code,
            ErrorCode::BadFrame | ErrorCode::UnknownType | ErrorCode::TooFast
        ) {
            self.refusals += 1;
        }
        self.connection.refuse(id, rejection);
    }

    async fn command(&mut self, id: RequestId, command: Command) -> Result<Option<ServerFrame>, Rejection> {
        let Connection { context, actor, .. } = self.connection;
        if let Command::Hello(hello) = command {
            self.greeter.hello(id, hello).await?;
            return Ok(None);
        }
        if !self.greeter.greeted() {
            return Err(command::hello_expected());
        }
        match command {
            Command::Watch { room, position } => self.greeter.watch(id, room, position).await.map(|()| None),
            Command::Unwatch { room } => {
                self.greeter.unwatch(room);
                Ok(Some(ServerFrame::Ok {
                    id,
                    result: Reply::Done,
                }))
            }
            Command::WatchPresence { users } => {
                self.greeter.watch_presence(users)?;
                Ok(Some(ServerFrame::Ok {
                    id,
                    result: Reply::Done,
                }))
            }
            command => {
                let result = command::execute(&context.service, actor, command).await?;
                Ok(Some(ServerFrame::Ok { id, result }))
            }
        }
    }
}
