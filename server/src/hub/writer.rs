//! The outgoing side of one connection, lent to the hub by the socket that owns it.
//!
//! The hub writes straight to the socket, without waking anyone; only when the socket is full does the connection's own
//! task take over. Both go through one lock, so no frame is lost, doubled or reordered between them.

use std::{
    io::{self, IoSlice},
    sync::{Arc, Mutex, MutexGuard},
};

use bytes::Bytes;
use tokio::sync::Notify;

use app::protocol::{CloseCode, FeedId, Seq, UserId};

use super::send_queue::{Kind, Offer, SendQueue, Standpoint};
use crate::{ids::SessionId, line::Line, lock::lock, telemetry::HubMeters};

/// Frames joined into one system call.
const SLICES: usize = 64;

/// One connection of this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConnectionId(pub u64);

/// What the hub may do with a connection: write to it, and ask its task to close it.
#[derive(Debug)]
pub struct Writer {
    /// Which connection.
    pub id: ConnectionId,
    /// Whose.
    pub user: UserId,
    /// Signed in how.
    pub session: SessionId,
    line: Line,
    state: Mutex<State>,
    /// Rung when bytes that waited went out.
    room: Notify,
    /// Rung when the connection's task has something to do: bytes wait, a feed fell behind, or it is to close.
    pub bell: Notify,
    /// Rung when it is to close, for a task that waits until the peer takes bytes: the bell rings for each frame that joins those.
    pub farewell: Notify,
    meters: Arc<HubMeters>,
}

#[derive(Debug, Default)]
struct State {
    queue: SendQueue,
    closing: Option<CloseCode>,
    /// The last word was said: nothing may follow a Close frame (RFC 6455, section 5.5.1).
    finished: bool,
    broken: bool,
    /// A full socket took bytes again since this was last asked: the peer reads.
    progress: bool,
}

/// What the connection's own task has to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// Bytes wait: write them when the socket is writable.
    Flush,
    /// A feed has to catch up.
    CatchUp(Standpoint),
    /// Activity was dropped: tell again where the rooms stand.
    Activity,
    /// It was dropped that somebody came or went: tell again who is here.
    Presence,
    /// Say goodbye with this code and end.
    Close(CloseCode),
    /// The socket is broken: end.
    End,
    /// Nothing: wait for the bell.
    Rest,
}

impl Writer {
    /// A writer on a connected line.
    pub fn new(id: ConnectionId, user: UserId, session: SessionId, line: Line, meters: Arc<HubMeters>) -> Self {
        Self {
            id,
            user,
            session,
            line,
            state: Mutex::default(),
            room: Notify::new(),
            bell: Notify::new(),
            farewell: Notify::new(),
            meters,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    /// The line, for whoever waits until it has or takes more.
    pub fn line(&self) -> &Line {
        &self.line
    }

    /// Reads what there is; 0 is the end.
    ///
    /// # Errors
    /// `WouldBlock` when there is nothing; anything else when the line is broken.
    pub fn read(&self, chunk: &mut [u8]) -> io::Result<usize> {
        let read = self.line.try_read(chunk);
        // What TLS has to answer by itself is finished by the connection's task.
        self.ring_for_held();
        read
    }

    /// Sends a frame that belongs to no feed.
    pub fn send(&self, frame: Bytes, kind: Kind) {
        let mut state = self.lock();
        self.write_or_queue(&mut state, &frame, kind);
    }

    /// Sends a Close frame behind what waits; whatever comes later is not sent.
    pub fn send_last(&self, frame: &Bytes) {
        let mut state = self.lock();
        self.write_or_queue(&mut state, frame, Kind::Reply);
        state.finished = true;
    }

    /// Sends live changes, if they are for this connection now. Whether they are. Whoever is sent away gets none.
    pub fn offer(&self, feed: FeedId, after: Seq, to: Seq, frame: &Bytes) -> bool {
        let mut state = self.lock();
        if state.closing.is_some() {
            return false;
        }
        let offer = state.queue.offer(feed, after, to);
        match offer {
            Offer::Take => self.write_or_queue(&mut state, frame, Kind::Changes(feed, Some(after))),
            Offer::Skip if state.queue.behind().is_some() => self.bell.notify_one(),
            Offer::Skip => {}
        }
        offer == Offer::Take
    }

    /// Sends what a catching-up feed was found to miss, up to `to`. `frame` is `None` when there is nothing to say.
    /// The caller holds the feed still, so that `released` is its position for the whole call.
    pub fn caught_up(&self, feed: FeedId, after: Option<Seq>, to: Seq, released: Seq, frame: Option<Bytes>) {
        let mut state = self.lock();
        if !state.queue.caught_up(feed, after, to, released) {
            return;
        }
        if let Some(frame) = frame {
            self.write_or_queue(&mut state, &frame, Kind::Changes(feed, after));
        }
    }

    fn write_or_queue(&self, state: &mut State, frame: &Bytes, kind: Kind) {
        let is_over = state.closing.is_some() && kind != Kind::Reply;
        if state.broken || state.finished || is_over {
            return;
        }
        let mut written = 0;
        if state.queue.is_empty() {
            match self.line.try_write(frame) {
                Ok(all) if all == frame.len() => {
                    self.ring_for_held();
                    return;
                }
                Ok(some) => written = some,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(_) => {
                    state.broken = true;
                    self.bell.notify_one();
                    return;
                }
            }
        }
        let overflows = state.queue.overflows();
        state.queue.push(frame.clone(), kind, written);
        if state.queue.overflows() > overflows {
            self.meters.overflowed();
            // Dropping makes room as writing does.
            self.room.notify_one();
        }
        self.bell.notify_one();
    }

    /// Ciphertext that waits is work, whoever left it.
    fn ring_for_held(&self) {
        if self.line.held() > 0 {
            self.bell.notify_one();
        }
    }

    /// Writes what waits, as far as the socket takes it. Joins frames into one system call.
    ///
    /// # Errors
    /// The socket is broken.
    pub fn flush(&self) -> io::Result<()> {
        let mut state = self.lock();
        let held = self.line.held();
        let flushed = self.flush_queue(&mut state);
        state.progress |= self.line.held() < held;
        state.broken |= flushed.is_err();
        flushed
    }

    fn flush_queue(&self, state: &mut State) -> io::Result<()> {
        while !state.queue.is_empty() {
            let slices: Vec<IoSlice<'_>> = state
                .queue
                .waiting()
                .take(SLICES)
                .map(|bytes| IoSlice::new(bytes))
                .collect();
            match self.line.try_write_vectored(&slices) {
                Ok(written) => {
                    state.queue.wrote(written);
                    state.progress = true;
                    self.room.notify_one();
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error),
            }
        }
        match self.line.try_flush() {
            Err(error) if error.kind() != io::ErrorKind::WouldBlock => Err(error),
            _ => Ok(()),
        }
    }

    /// Whether the peer took bytes from a full socket since this was last asked. Slow is not silent.
    pub fn take_progress(&self) -> bool {
        std::mem::take(&mut self.lock().progress)
    }

    /// Whether bytes wait for the socket.
    pub fn is_full(&self) -> bool {
        self.queue_figures().0 > 0
    }

    /// Waits until fewer bytes than this wait: who does not read gets no further commands done.
    pub async fn shorter_than(&self, bytes: usize) {
        while self.lock().queue.bytes() >= bytes {
            self.room.notified().await;
        }
    }

    /// What the connection's task has to do next. Catching up waits until everything queued is out.
    pub fn work(&self) -> Work {
        let mut state = self.lock();
        if state.broken {
            Work::End
        } else if let Some(code) = state.closing {
            Work::Close(code)
        } else if !state.queue.is_empty() || self.line.held() > 0 {
            Work::Flush
        } else if let Some(standpoint) = state.queue.behind() {
            Work::CatchUp(standpoint)
        } else if state.queue.take_activity_lost() {
            Work::Activity
        } else if state.queue.take_presence_lost() {
            Work::Presence
        } else {
            Work::Rest
        }
    }

    /// Asks the connection's task to close it. The first reason stays. Nothing but answers is sent any more.
    pub fn close(&self, code: CloseCode) {
        self.lock().closing.get_or_insert(code);
        self.bell.notify_one();
        self.farewell.notify_one();
    }

    /// Begins to watch a feed, behind, from a position.
    pub fn watch(&self, feed: FeedId, position: Option<Seq>) {
        self.lock().queue.watch(feed, position);
        self.bell.notify_one();
    }

    /// Activity may have been lost on the way here: the connection's task tells anew where the rooms stand.
    pub fn doubt_activity(&self) {
        self.lock().queue.lose_activity();
        self.bell.notify_one();
    }

    /// Catches up with the other feeds first.
    pub fn postpone(&self, feed: FeedId) {
        self.lock().queue.postpone(feed);
    }

    /// Ends watching a feed. Whether it was watched.
    pub fn unwatch(&self, feed: FeedId) -> bool {
        self.lock().queue.unwatch(feed)
    }

    /// Whether a feed is watched.
    pub fn watches(&self, feed: FeedId) -> bool {
        self.lock().queue.watches(feed)
    }

    /// Where the connection stands in each watched feed.
    pub fn standpoints(&self) -> Vec<Standpoint> {
        self.lock().queue.standpoints().to_vec()
    }

    /// Whether it has to catch up in some feed.
    pub fn is_behind(&self) -> bool {
        self.lock().queue.behind().is_some()
    }

    /// Bytes that wait (under TLS those too that are ciphertext already), and how often the queue was dropped.
    pub fn queue_figures(&self) -> (usize, u64) {
        let state = self.lock();
        (state.queue.bytes() + self.line.held(), state.queue.overflows())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use app::protocol::RoomId;
    use tokio::{
        net::{TcpListener, TcpStream},
        time::timeout,
    };

    use super::*;

    const ROOM: FeedId = FeedId::Room(RoomId(1));

    /// A writer, and the peer that it writes to.
    async fn line() -> (Writer, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (peer, accepted) = tokio::join!(TcpStream::connect(address), listener.accept());
        let stream = accepted.unwrap().0;
        (
            Writer::new(ConnectionId(1), UserId(1), SessionId(1), stream.into(), Arc::default()),
            peer.unwrap(),
        )
    }

    #[tokio::test]
    async fn whoever_waits_for_a_shorter_queue_goes_on_when_it_is_dropped() {
        const ENOUGH: usize = 512 * 1024;
        let (writer, _peer) = line().await;
        writer.watch(ROOM, Some(Seq(0)));
        let frame = Bytes::from(vec![b'x'; 100_000]);
        // The peer reads nothing: at some time the system takes no more, and the queue grows.
        while writer.queue_figures().0 < ENOUGH {
            writer.send(frame.clone(), Kind::Changes(ROOM, Some(Seq(0))));
        }
        let waiting = writer.shorter_than(ENOUGH);
        let dropping = async {
            while writer.queue_figures().1 == 0 {
                writer.send(frame.clone(), Kind::Changes(ROOM, Some(Seq(0))));
            }
        };
        let both = async { tokio::join!(waiting, dropping) };
        timeout(Duration::from_secs(10), both)
            .await
            .expect("a dropped queue is a short one");
    }
}
