//! The outgoing side of one connection, lent to the hub by the socket that owns it.
//!
//! The hub writes straight to the socket, without waking anyone; only when the socket is full does the connection's own
//! task take over. An answer may wait a moment for the changes behind it. All go through one lock, so no frame is lost, doubled
//! or reordered between them.

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
    /// What waits does so for the changes that come right behind it, not for the socket.
    expecting: bool,
}

impl State {
    /// Nothing can be sent any more.
    fn is_over(&self) -> bool {
        self.broken || self.finished
    }
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

    /// Sends an answer together with a feed's next changes, which are on their way: one write instead of two. Whether it waits for
    /// them: then [`Writer::wait_no_longer`] is to be called soon.
    pub fn send_before(&self, frame: Bytes, feed: FeedId) -> bool {
        let mut state = self.lock();
        state.expecting = state.queue.is_empty() && state.queue.is_live(feed) && !state.is_over();
        if !state.expecting {
            self.write_or_queue(&mut state, &frame, Kind::Reply);
            return false;
        }
        state.queue.push(frame, Kind::Reply, 0);
        true
    }

    /// Sends what waits for changes without them, unless they came.
    pub fn wait_no_longer(&self) {
        let mut state = self.lock();
        if state.expecting {
            self.write_out(&mut state);
        }
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
        let is_for_nobody = state.closing.is_some() && kind != Kind::Reply;
        if state.is_over() || is_for_nobody {
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
        if state.expecting {
            self.write_out(state);
        } else {
            self.bell.notify_one();
        }
    }

    /// Writes what waited for changes. What the socket does not take is the connection's task's.
    fn write_out(&self, state: &mut State) {
        state.broken |= self.flush_queue(state).is_err();
        if state.broken || !state.queue.is_empty() || state.queue.owes() {
            self.bell.notify_one();
        }
        self.ring_for_held();
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
        let (queued, held, was_full) = (state.queue.bytes(), self.line.held(), !state.expecting);
        let flushed = self.flush_queue(&mut state);
        state.progress |= was_full && state.queue.bytes() < queued || self.line.held() < held;
        state.broken |= flushed.is_err();
        flushed
    }

    fn flush_queue(&self, state: &mut State) -> io::Result<()> {
        state.expecting = false;
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
