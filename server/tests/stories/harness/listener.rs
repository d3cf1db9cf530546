//! A reader of whom there may be a thousand: it looks at each frame only as long as it takes to know where a room stands.

use app::protocol::{FeedId, RoomId, Seq, ServerFrame};
use serde::Deserialize;
use tokio::{sync::watch, task::JoinHandle, time::timeout};

use super::{GENERAL, Line, PATIENCE, Raw};

/// A connection that watches one room and keeps nothing.
pub struct Listener {
    position: watch::Receiver<Seq>,
    is_revoked: watch::Receiver<bool>,
    reads: watch::Sender<bool>,
    task: JoinHandle<()>,
}

/// What a frame of changes begins with; the rows behind it are left alone.
#[derive(Deserialize)]
struct Changes {
    feed: FeedId,
    after: Seq,
    to: Seq,
}

impl Listener {
    /// Connects, says hello, and has been told of the room where everyone starts.
    pub async fn open(line: &Line) -> Self {
        Self::open_in(line, GENERAL).await
    }

    /// The same in another room.
    pub async fn open_in(line: &Line, room: RoomId) -> Self {
        let mut raw = Raw::open_line(line).await;
        let hello = format!(r#"{{"id":1,"type":"hello","protocol":1,"watch":{{"{room}":null}}}}"#);
        raw.send_frame(0x81, hello.as_bytes()).await;
        let (stands, position) = watch::channel(Seq(0));
        let (revoked, is_revoked) = watch::channel(false);
        let (reads, may_read) = watch::channel(true);
        let told = Told { room, stands, revoked };
        let task = tokio::spawn(listen(raw, told, may_read));
        let listener = Self {
            position,
            is_revoked,
            reads,
            task,
        };
        listener.reaches(Seq(1)).await;
        listener
    }

    /// Reads no more. The system's buffers fill, then the server's.
    pub fn stops_reading(&self) {
        self.reads.send_replace(false);
    }

    /// Reads on.
    pub fn reads_again(&self) {
        self.reads.send_replace(true);
    }

    /// Waits until it has been told of the room up to here.
    pub async fn reaches(&self, seq: Seq) {
        let mut position = self.position.clone();
        timeout(PATIENCE, position.wait_for(|position| *position >= seq))
            .await
            .unwrap_or_else(|_| panic!("waited in vain for {seq}"))
            .expect("the line holds");
    }

    /// Waits until it has been told that the room is not its person's any more. Gives the position up to which it was told of it.
    pub async fn is_sent_out(&self) -> Seq {
        let mut is_revoked = self.is_revoked.clone();
        timeout(PATIENCE, is_revoked.wait_for(|is_revoked| *is_revoked))
            .await
            .expect("it is told that it is removed")
            .expect("the line holds");
        *self.position.borrow()
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What it was told of the room.
struct Told {
    room: RoomId,
    stands: watch::Sender<Seq>,
    revoked: watch::Sender<bool>,
}

async fn listen(mut raw: Raw, told: Told, mut may_read: watch::Receiver<bool>) {
    loop {
        if !*may_read.borrow() {
            // It says that it lives all the while: slow is not silent.
            let mut rhythm = tokio::time::interval(std::time::Duration::from_secs(5));
            let alive = async {
                loop {
                    rhythm.tick().await;
                    raw.send_frame(0x8A, b"").await;
                }
            };
            tokio::select! {
                allowed = may_read.wait_for(|reads| *reads) => if allowed.is_err() { return },
                () = alive => {}
            }
        }
        // A frame is read whole before it looks again whether it may.
        match raw.frame().await {
            Some((0x81, payload)) => told.take(&payload),
            Some((0x89, payload)) => raw.send_frame(0x8A, &payload).await,
            Some(_) => {}
            None => return,
        }
    }
}

impl Told {
    fn take(&self, payload: &[u8]) {
        if !payload.starts_with(br#"{"type":"changes""#) {
            match serde_json::from_slice(payload).unwrap() {
                ServerFrame::Gap { feed, snapshot, .. } if feed == FeedId::Room(self.room) => {
                    self.stands.send_replace(snapshot.position());
                }
                ServerFrame::Revoked { room } if room == self.room => {
                    self.revoked.send_replace(true);
                }
                _ => {}
            }
            return;
        }
        let text = std::str::from_utf8(payload).unwrap();
        let (head, _) = text.split_once(r#","items":"#).expect("changes have items");
        let Changes { feed, after, to } = serde_json::from_str(&format!("{head}}}")).unwrap();
        if feed == FeedId::Room(self.room) {
            let position = *self.stands.borrow();
            assert!(after <= position, "{after}..{to} leaves a hole behind {position}");
            self.stands.send_replace(position.max(to));
        }
    }
}
