//! A socket that speaks the protocol: one task reads into a log, one writes what it is given.

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use app::protocol::{
    ClientFrame, Command, Hello, Number, Rejection, Reply, RequestId, RoomId, Seq, ServerFrame, UserId, VERSION,
    Welcome,
};
use futures::{SinkExt as _, StreamExt as _, stream::SplitStream};
use tokio::{
    net::{TcpSocket, TcpStream},
    sync::{mpsc, watch},
    task::JoinHandle,
};
use tokio_rustls::client::TlsStream;
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{self, Message, client::IntoClientRequest as _, http::HeaderValue},
};

use tokio_util::either::Either;

use super::{
    Trust,
    log::{Ended, Log},
};

/// Frames that may wait to be written. Full: whoever sends waits.
const OUTGOING: usize = 1_024;

/// What bytes go over: TCP, or TLS.
pub type Wire = Either<TcpStream, Box<TlsStream<TcpStream>>>;

/// How to open a line.
#[derive(Clone, Debug)]
pub struct Line {
    pub address: SocketAddr,
    pub token: String,
    /// Bytes that the system keeps for a reader that does not read; `None` for its usual many.
    pub receive_buffer: Option<u32>,
    /// With it TLS is spoken.
    pub trust: Option<Trust>,
}

impl Line {
    /// Connects. An error when there is no server, or when it refuses.
    pub async fn open(&self) -> Result<Client, tungstenite::Error> {
        let wire = self.connect().await?;
        let mut request = format!("ws://{}/ws", self.address).into_client_request()?;
        let bearer = HeaderValue::from_str(&format!("Bearer {}", self.token)).expect("a token is a header value");
        request.headers_mut().insert("authorization", bearer);
        let (stream, _) = client_async(request, wire).await?;
        Ok(Client::over(stream))
    }

    /// Connects, and says nothing but what TLS says.
    pub async fn connect(&self) -> io::Result<Wire> {
        let socket = TcpSocket::new_v4()?;
        if let Some(bytes) = self.receive_buffer {
            socket.set_recv_buffer_size(bytes)?;
        }
        let stream = socket.connect(self.address).await?;
        stream.set_nodelay(true)?;
        Ok(match &self.trust {
            Some(trust) => Wire::Right(Box::new(trust.greets(stream).await?)),
            None => Wire::Left(stream),
        })
    }
}

/// One connection.
#[derive(Debug)]
pub struct Client {
    pub log: Arc<Log>,
    outgoing: mpsc::Sender<Message>,
    last_id: AtomicU64,
    reads: watch::Sender<bool>,
    tasks: [JoinHandle<()>; 2],
}

impl Client {
    fn over(stream: WebSocketStream<Wire>) -> Self {
        let (mut sink, stream) = stream.split();
        let (outgoing, mut waiting) = mpsc::channel(OUTGOING);
        let (reads, may_read) = watch::channel(true);
        let log = Arc::new(Log::default());
        let reading = tokio::spawn(read(stream, Arc::clone(&log), may_read));
        let writing = tokio::spawn(async move {
            while let Some(message) = waiting.recv().await {
                if sink.send(message).await.is_err() {
                    return;
                }
            }
        });
        Self {
            log,
            outgoing,
            last_id: AtomicU64::new(0),
            reads,
            tasks: [reading, writing],
        }
    }

    /// Says hello and waits for the welcome.
    pub async fn hello(&self, hello: Hello) -> Welcome {
        self.try_hello(hello)
            .await
            .unwrap_or_else(|rejection| panic!("hello was refused: {rejection:?}"))
    }

    /// The same, when it may be refused.
    pub async fn try_hello(&self, hello: Hello) -> Result<Welcome, Rejection> {
        let id = self.send(Command::Hello(hello)).await;
        let greeted = |frame: &ServerFrame| match frame {
            ServerFrame::Welcome(welcome) => Some(Ok(welcome.clone())),
            ServerFrame::Error {
                id: answered,
                rejection,
            } if *answered == Some(id) => Some(Err(rejection.clone())),
            _ => None,
        };
        self.log.find("a welcome", 0, greeted).await
    }

    /// Says hello with these rooms, each from the position held, and waits for the welcome.
    pub async fn watches(&self, rooms: impl IntoIterator<Item = (RoomId, Option<Seq>)>) -> Welcome {
        self.hello(Hello {
            protocol: VERSION,
            watch: rooms.into_iter().collect(),
            ..Hello::default()
        })
        .await
    }

    /// Sends without waiting for the answer.
    pub async fn send(&self, command: Command) -> RequestId {
        let id = RequestId(self.last_id.fetch_add(1, Ordering::Relaxed) + 1);
        let frame = ClientFrame { id, command };
        self.send_text(&serde_json::to_string(&frame).expect("a frame is JSON"))
            .await;
        id
    }

    /// Sends any text.
    pub async fn send_text(&self, text: &str) {
        // A dead line takes nothing; whoever waits for the answer is told so.
        let _ = self.outgoing.send(Message::text(text)).await;
    }

    /// Sends any text without waiting for room: what does not fit is lost, as on a line that is about to break.
    pub fn send_now(&self, text: &str) {
        if self.outgoing.try_send(Message::text(text)).is_err() {
            self.cut();
        }
    }

    /// Says that it lives, as one does who is only slow.
    pub async fn lives(&self) {
        let _ = self.outgoing.send(Message::Pong(Vec::<u8>::new().into())).await;
    }

    /// Sends a command and waits for its answer.
    pub async fn ask(&self, command: Command) -> Result<Reply, Rejection> {
        let id = self.send(command).await;
        self.answer(id).await
    }

    /// Waits for an answer that has to come.
    pub async fn answer(&self, id: RequestId) -> Result<Reply, Rejection> {
        self.log.answer(id).await.expect("the line holds until the answer")
    }

    /// Waits for a post's answer that has to be a success.
    pub async fn posted(&self, id: RequestId) -> (Number, Seq) {
        match self.answer(id).await {
            Ok(Reply::Posted { number, seq }) => (number, seq),
            other => panic!("expected a post, not {other:?}"),
        }
    }

    /// Waits to be told, after `mark`, that somebody is here or not.
    pub async fn sees(&self, user: UserId, online: bool, mark: usize) {
        let told = move |frame: &ServerFrame| match frame {
            ServerFrame::Presence { users } => users
                .iter()
                .any(|told| told.user == user && told.online == online)
                .then_some(()),
            _ => None,
        };
        self.log.find(&format!("{user} online: {online}"), mark, told).await;
    }

    /// Reads no more, until `reads_again`. The system's buffers fill, then the server's.
    pub fn stops_reading(&self) {
        self.reads.send_replace(false);
    }

    /// Reads on.
    pub fn reads_again(&self) {
        self.reads.send_replace(true);
    }

    /// Tears the line, as a network does: without a goodbye.
    pub fn cut(&self) {
        self.tasks.iter().for_each(JoinHandle::abort);
        self.log.end(Ended::Lost);
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.cut();
    }
}

async fn read(mut stream: SplitStream<WebSocketStream<Wire>>, log: Arc<Log>, mut may_read: watch::Receiver<bool>) {
    loop {
        // The sender is gone only together with this task.
        if may_read.wait_for(|reads| *reads).await.is_err() {
            return;
        }
        let message = tokio::select! {
            message = stream.next() => message,
            _ = may_read.changed() => continue,
        };
        match message {
            Some(Ok(Message::Text(text))) => log.take(text.to_string()),
            Some(Ok(Message::Close(close))) => {
                log.end(Ended::Closed(close.map_or(1005, |close| close.code.into())));
            }
            Some(Ok(_)) => {}
            Some(Err(_)) | None => return log.end(Ended::Lost),
        }
    }
}
