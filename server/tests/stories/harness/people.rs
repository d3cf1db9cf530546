//! People: signed in, with a line of their own, saying and reading.

use std::{
    collections::{BTreeMap, VecDeque},
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use app::protocol::{
    Changes, ClientMessageId, Command, FeedId, FeedSnapshot, Hello, Item, Message, Number, Reply, Room, RoomId, Seq,
    ServerFrame, User, UserId, VERSION,
    http::{Poll, Polled, SignIn, SignedIn},
};
use reqwest::{Method, StatusCode};
use serde_json::Value;

use super::{Client, GENERAL, Line, Trust};

/// Somebody who is signed in.
pub struct Person {
    pub you: User,
    pub token: String,
    address: SocketAddr,
    http: reqwest::Client,
    trust: Option<Trust>,
    client: Mutex<Option<Arc<Client>>>,
}

impl Person {
    /// Signs in. There is no line yet.
    pub async fn sign_in(address: SocketAddr, name: &str) -> Self {
        Self::sign_in_over(None, address, name).await
    }

    /// The same under TLS, if there is a certificate to trust.
    pub async fn sign_in_over(trust: Option<Trust>, address: SocketAddr, name: &str) -> Self {
        let builder = trust.as_ref().map_or_else(reqwest::Client::builder, Trust::http);
        // A connection for each request: what is counted is then what was meant to be there.
        let http = builder.pool_max_idle_per_host(0).build().expect("a client");
        let signing = http
            .post(format!("{}://{address}/api/v1/session", scheme(trust.as_ref())))
            .json(&SignIn { name: name.to_owned() });
        let answer = signing.send().await.expect("the server answers");
        assert_eq!(answer.status(), StatusCode::OK, "{name} may sign in");
        let SignedIn { token, you } = answer.json().await.expect("signed in");
        Self {
            you,
            token,
            address,
            http,
            trust,
            client: Mutex::new(None),
        }
    }

    pub fn id(&self) -> UserId {
        self.you.id
    }

    pub fn line(&self) -> Line {
        Line {
            address: self.address,
            token: self.token.clone(),
            receive_buffer: None,
            trust: self.trust.clone(),
        }
    }

    /// One more connection, which has not said hello.
    pub async fn opens(&self) -> Client {
        self.line().open().await.expect("the server accepts a line")
    }

    /// One more connection that watches these rooms from the beginning, and has been told of each.
    pub async fn opens_watching(&self, rooms: &[RoomId]) -> Client {
        let client = self.opens().await;
        client.watches(rooms.iter().map(|room| (*room, None))).await;
        for room in rooms {
            client.log.reaches(FeedId::Room(*room), Seq(0)).await;
        }
        client
    }

    /// A (new) line that watches `#general` and is what `says` and `reads` use.
    pub async fn connects(&self) {
        let client = self.opens_watching(&[GENERAL]).await;
        self.uses(client);
    }

    pub fn uses(&self, client: Client) {
        *self.client.lock().unwrap() = Some(Arc::new(client));
    }

    /// The line in use.
    pub fn client(&self) -> Arc<Client> {
        self.client.lock().unwrap().clone().expect("there is a line")
    }

    pub async fn asks(&self, command: Command) -> Result<Reply, app::protocol::Rejection> {
        self.client().ask(command).await
    }

    /// Posts, and waits until that is acknowledged.
    pub async fn says(&self, room: RoomId, body: &str) -> (Number, Seq) {
        let client = self.client();
        let id = client.send(post(room, body)).await;
        client.posted(id).await
    }

    /// Posts many at once, and gives the last seq.
    pub async fn says_many(&self, room: RoomId, count: usize, body: &str) -> Seq {
        let client = self.client();
        let mut last = Seq(0);
        let mut waiting = VecDeque::new();
        for number in 0..count {
            waiting.push_back(client.send(post(room, &format!("{body} {number}"))).await);
            if waiting.len() >= 256 {
                last = client.posted(waiting.pop_front().expect("some wait")).await.1;
            }
        }
        for id in waiting {
            last = client.posted(id).await.1;
        }
        last
    }

    /// Waits until a message of this text arrives, and gives it.
    pub async fn reads(&self, body: &str) -> Message {
        let what = format!("{:?}", body.chars().take(40).collect::<String>());
        self.client()
            .log
            .find(&what, 0, |frame| {
                messages(frame).find(|message| message.body == body).cloned()
            })
            .await
    }

    /// Waits until the line has been told of a room up to here.
    pub async fn reaches(&self, room: RoomId, position: Seq) {
        self.client().log.reaches(FeedId::Room(room), position).await;
    }

    pub async fn creates(&self, name: &str) -> Room {
        match self
            .asks(Command::CreateRoom {
                name: name.to_owned(),
                topic: String::new(),
            })
            .await
        {
            Ok(Reply::Room { room, .. }) => room,
            other => panic!("expected a room, not {other:?}"),
        }
    }

    pub async fn joins(&self, room: RoomId) {
        self.asks(Command::JoinRoom { room }).await.expect("may join");
    }

    /// Changes something, and gives its seq.
    pub async fn changes(&self, command: Command) -> Seq {
        match self.asks(command).await {
            Ok(Reply::Changed { seq }) => seq,
            other => panic!("expected a change, not {other:?}"),
        }
    }

    /// An HTTP request under this person's token.
    pub async fn calls(&self, method: Method, path: &str, body: Option<Value>) -> (StatusCode, Value) {
        self.tries(method, path, body).await.expect("the server answers")
    }

    /// The same, where there may be no server.
    pub async fn tries(&self, method: Method, path: &str, body: Option<Value>) -> reqwest::Result<(StatusCode, Value)> {
        let mut request = self
            .http
            .request(
                method,
                format!("{}://{}{path}", scheme(self.trust.as_ref()), self.address),
            )
            .bearer_auth(&self.token);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await?;
        let status = answer.status();
        let text = answer.text().await?;
        Ok((status, serde_json::from_str(&text).unwrap_or(Value::Null)))
    }

    /// Asks once for what is new in these rooms.
    pub async fn polls(
        &self,
        epoch: Option<&app::protocol::Epoch>,
        watch: &BTreeMap<RoomId, Option<Seq>>,
        wait: u64,
    ) -> Polled {
        let hello = Hello {
            protocol: VERSION,
            epoch: epoch.cloned(),
            watch: watch.clone(),
            ..Hello::default()
        };
        self.polls_with(&Poll { hello, wait }).await
    }

    pub async fn polls_with(&self, poll: &Poll) -> Polled {
        let (status, answer) = self
            .calls(Method::POST, "/api/v1/poll", Some(serde_json::to_value(poll).unwrap()))
            .await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        serde_json::from_value(answer).expect("frames")
    }

    /// The whole history of a room, oldest first, by paging.
    pub async fn history(&self, room: RoomId) -> Vec<Message> {
        let mut pages = Vec::new();
        let mut before = None;
        loop {
            let query = before.map(|number| format!("&before={number}")).unwrap_or_default();
            let path = format!("/api/v1/rooms/{room}/messages?limit=500{query}");
            let (status, answer) = self.calls(Method::GET, &path, None).await;
            assert_eq!(status, StatusCode::OK, "{answer}");
            let Reply::Page { page } = serde_json::from_value(answer).expect("a page") else {
                panic!("expected a page")
            };
            let Some(first) = page.messages.first().map(|message| message.number) else {
                break;
            };
            pages.push(page.messages);
            before = Some(first);
        }
        pages.into_iter().rev().flatten().collect()
    }
}

fn scheme(trust: Option<&Trust>) -> &'static str {
    if trust.is_some() { "https" } else { "http" }
}

/// A wish to post, under a fresh name.
pub fn post(room: RoomId, body: &str) -> Command {
    Command::PostMessage {
        room,
        client_message_id: fresh_id(),
        body: body.to_owned(),
        read: None,
    }
}

/// A name for a message that this process has not used.
pub fn fresh_id() -> ClientMessageId {
    static LAST: AtomicU64 = AtomicU64::new(0);
    ClientMessageId(format!(
        "story-{}-{}",
        std::process::id(),
        LAST.fetch_add(1, Ordering::Relaxed)
    ))
}

/// The messages that a frame carries, as changes or in a snapshot.
pub fn messages(frame: &ServerFrame) -> Box<dyn Iterator<Item = &Message> + '_> {
    match frame {
        ServerFrame::Changes(Changes { items, .. }) => Box::new(items.iter().filter_map(|item| match item {
            Item::Message(message) => Some(message),
            _ => None,
        })),
        ServerFrame::Gap {
            snapshot: FeedSnapshot::Room(snapshot),
            ..
        } => Box::new(snapshot.page.messages.iter()),
        _ => Box::new(std::iter::empty()),
    }
}
