//! The incoming half: bytes to frames to commands, one at a time, in order.

use std::{io, time::Duration};

use tokio::time::{Instant, timeout_at};

use app::protocol::{
    ClientFrame, CloseCode, Command, Rejection, Reply, RequestId, ServerFrame, limits::HEARTBEAT_SECONDS,
};

use super::{
    codec::{Decoder, Incoming},
    connection::{Connection, End},
    greeting::Greeter,
};
use crate::{
    command,
    hub::{Kind, QUEUE_BYTES, frame},
};

/// How long a connection may take to say `hello`.
const HELLO_PATIENCE: Duration = Duration::from_secs(10);
/// Every heartbeat brings a ping; a peer that answers none of three is gone.
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
}

impl<'a> Reader<'a> {
    /// Reads on after what was received already.
    pub fn new(connection: &'a Connection, received: &[u8]) -> Self {
        let mut decoder = Decoder::default();
        decoder.feed(received);
        Self {
            connection,
            decoder,
            greeter: Greeter::new(connection),
        }
    }

    /// Reads until the connection ends.
    pub async fn run(&mut self) -> End {
        let hello_due = Instant::now() + HELLO_PATIENCE;
        let mut heard = Instant::now();
        loop {
            if let Err(end) = self.drain().await {
                return end;
            }
            let (due, code) = if self.greeter.greeted() {
                (heard + SILENCE, CloseCode::Silent)
            } else {
                (hello_due, CloseCode::HelloTimeout)
            };
            match timeout_at(due, self.connection.stream.readable()).await {
                Err(_) if self.connection.writer.take_progress() => heard = Instant::now(),
                Err(_) => return End::Close(code),
                Ok(Err(_)) => return End::Lost,
                Ok(Ok(())) => {}
            }
            match self.read() {
                Ok(0) => return End::Lost,
                Ok(_) => heard = Instant::now(),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(_) => return End::Lost,
            }
        }
    }

    fn read(&mut self) -> io::Result<usize> {
        let mut chunk = [0; CHUNK];
        let length = self.connection.stream.try_read(&mut chunk)?;
        self.decoder.feed(&chunk[..length]);
        Ok(length)
    }

    /// Acts on every whole frame that was received.
    async fn drain(&mut self) -> Result<(), End> {
        loop {
            match self.decoder.next().map_err(End::Close)? {
                None => return Ok(()),
                Some(Incoming::Text(text)) => self.frame(&text).await?,
                Some(Incoming::Ping(payload)) => self.connection.writer.send(frame::pong(&payload), Kind::Reply),
                Some(Incoming::Pong) => {}
                Some(Incoming::Close(code)) => return Err(End::Close(code)),
            }
            self.connection.writer.shorter_than(PATIENCE_BYTES).await;
        }
    }

    async fn frame(&mut self, text: &str) -> Result<(), End> {
        match command::decode(text) {
            Ok(ClientFrame { id, command }) => {
                let answer = self.command(id, command).await;
                if let Some(answer) = answer.unwrap_or_else(|rejection| Some(refusal(Some(id), rejection))) {
                    self.connection.send(&answer);
                }
            }
            Err((id, rejection)) => self.connection.send(&refusal(id, rejection)),
        }
        Ok(())
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

fn refusal(id: Option<RequestId>, rejection: Rejection) -> ServerFrame {
    ServerFrame::Error { id, rejection }
}
