//! Badges for rooms that a connection lists but does not watch: at most one frame a second and room.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard},
};

use indexmap::IndexMap;
use tokio::task::yield_now;

use app::protocol::{Activity, FeedId, RoomId, Seq, ServerFrame};

use super::{
    delivery::SLICE,
    frame,
    send_queue::Kind,
    writer::{ConnectionId, Writer},
};
use crate::lock::lock;

/// Who lists which room, and what they have not been told yet.
#[derive(Debug, Default)]
pub struct ActivityBoard {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    listeners: HashMap<RoomId, IndexMap<ConnectionId, Arc<Writer>>>,
    /// The same, the other way round.
    listed: HashMap<ConnectionId, Vec<RoomId>>,
    /// The newest of each room since the last tick. One entry a room: it cannot grow beyond the rooms.
    untold: BTreeMap<RoomId, Activity>,
    /// Connections that are being welcomed: which rooms they list is still being read.
    greetings: usize,
    /// The newest of each room since the first of them began.
    meanwhile: HashMap<RoomId, Activity>,
    /// Rooms that were taken off a connection's list since then: what it read before that says otherwise.
    departed: HashSet<(ConnectionId, RoomId)>,
}

/// A connection that is being welcomed. What happens until it is dropped is told to it, as soon as it lists the room.
pub struct Greeting<'a>(&'a ActivityBoard);

impl Drop for Greeting<'_> {
    fn drop(&mut self) {
        let mut inner = self.0.lock();
        inner.greetings -= 1;
        if inner.greetings == 0 {
            inner.meanwhile = HashMap::new();
            inner.departed = HashSet::new();
        }
    }
}

impl ActivityBoard {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        lock(&self.inner)
    }

    /// To be held from before a connection's list is read until it is listed.
    pub fn greet(&self) -> Greeting<'_> {
        self.lock().greetings += 1;
        Greeting(self)
    }

    /// The connection, which knows that the room stood at `head`, lists it from now on. Whether it did not before.
    pub fn list(&self, room: RoomId, head: Seq, writer: &Arc<Writer>) -> bool {
        let mut inner = self.lock();
        if inner.departed.contains(&(writer.id, room)) {
            return false;
        }
        if let Some(newer) = inner.meanwhile.get(&room).copied().filter(|newer| newer.head > head) {
            // To all once more, which harms nobody.
            newest(inner.untold.entry(room).or_insert(newer), newer);
        }
        let known = inner
            .listeners
            .entry(room)
            .or_default()
            .insert(writer.id, Arc::clone(writer));
        if known.is_none() {
            inner.listed.entry(writer.id).or_default().push(room);
        }
        known.is_none()
    }

    /// The room came back onto the connection's list.
    pub fn returns(&self, room: RoomId, writer: &Writer) {
        self.lock().departed.remove(&(writer.id, room));
    }

    /// The connection lists this room no longer. Whether it did.
    pub fn unlist(&self, room: RoomId, writer: &Writer) -> bool {
        let mut inner = self.lock();
        if inner.greetings > 0 {
            inner.departed.insert((writer.id, room));
        }
        if let Some(rooms) = inner.listed.get_mut(&writer.id) {
            rooms.retain(|listed| *listed != room);
        }
        inner.unlist(room, writer.id)
    }

    /// The connection is gone. The rooms that it listed.
    pub fn forget(&self, writer: &Writer) -> Vec<RoomId> {
        let mut inner = self.lock();
        let rooms = inner.listed.remove(&writer.id).unwrap_or_default();
        inner.departed.retain(|(connection, _)| *connection != writer.id);
        for room in &rooms {
            inner.unlist(*room, writer.id);
        }
        rooms
    }

    /// Notes that something happened; posts never go back.
    pub fn note(&self, activity: Activity) {
        let mut inner = self.lock();
        if inner.greetings > 0 {
            newest(inner.meanwhile.entry(activity.room).or_insert(activity), activity);
        }
        if inner.listeners.contains_key(&activity.room) {
            newest(inner.untold.entry(activity.room).or_insert(activity), activity);
        }
    }

    /// Tells what is untold to those who do not watch the room. Called once a second. Nobody waits for it: it writes without the
    /// lock, and lets others have the thread now and then.
    pub async fn tick(&self) {
        let untold = std::mem::take(&mut self.lock().untold);
        for (room, activity) in untold {
            let bytes = frame::json(&ServerFrame::Activity(activity));
            for slice in self.listeners(room).chunks(SLICE) {
                for writer in slice.iter().filter(|writer| !writer.watches(FeedId::Room(room))) {
                    writer.send(bytes.clone(), Kind::Activity);
                }
                yield_now().await;
            }
        }
    }

    fn listeners(&self, room: RoomId) -> Vec<Arc<Writer>> {
        let inner = self.lock();
        let listeners = inner.listeners.get(&room);
        listeners
            .map(|listeners| listeners.values().cloned().collect())
            .unwrap_or_default()
    }
}

/// The later of both.
fn newest(known: &mut Activity, activity: Activity) {
    known.head = known.head.max(activity.head);
    // Whose time it bears is told by the number: a node whose clock is behind may have taken the newer post.
    if activity.posts > known.posts {
        (known.posts, known.last_posted_at) = (activity.posts, activity.last_posted_at);
    }
}

impl Inner {
    fn unlist(&mut self, room: RoomId, connection: ConnectionId) -> bool {
        let Some(listeners) = self.listeners.get_mut(&room) else {
            return false;
        };
        let was_listed = listeners.swap_remove(&connection).is_some();
        if listeners.is_empty() {
            self.listeners.remove(&room);
        }
        was_listed
    }
}

#[cfg(test)]
mod tests {
    use app::protocol::{Number, Timestamp, UserId};

    use super::*;
    use crate::{
        ids::SessionId,
        line::tests::{Kind as LineKind, pair},
    };

    const ROOM: RoomId = RoomId(1);

    fn at(head: u64, posts: u64, last_posted_at: i64) -> Activity {
        Activity {
            room: ROOM,
            head: Seq(head),
            posts: Number(posts),
            last_posted_at: Some(Timestamp(last_posted_at)),
        }
    }

    async fn listener() -> (Arc<Writer>, crate::line::tests::Peer) {
        let (line, peer) = pair(LineKind::Plain).await;
        let writer = Writer::new(ConnectionId(1), UserId(1), SessionId(1), line, Arc::default());
        (Arc::new(writer), peer)
    }

    #[tokio::test]
    async fn the_newest_post_gives_the_time_though_an_older_one_bears_a_later_time() {
        let (writer, _peer) = listener().await;
        let board = ActivityBoard::default();
        board.list(ROOM, Seq(0), &writer);
        board.note(at(1, 1, 9_000));
        // By a node whose clock is behind.
        board.note(at(2, 2, 3_000));
        // The first one was edited.
        board.note(at(3, 1, 9_000));
        assert_eq!(board.lock().untold[&ROOM], at(3, 2, 3_000));
    }

    #[tokio::test]
    async fn what_happens_while_a_connection_is_welcomed_is_told_once_it_lists_the_room() {
        let (writer, _peer) = listener().await;
        let board = ActivityBoard::default();
        let greeting = board.greet();
        // Its list was read here.
        board.note(at(5, 4, 9_000));
        board.list(ROOM, Seq(4), &writer);
        assert_eq!(board.lock().untold.get(&ROOM), Some(&at(5, 4, 9_000)));
        board.lock().untold.clear();
        board.list(ROOM, Seq(5), &writer);
        assert!(board.lock().untold.is_empty(), "it knows that already");
        // Removed, though what it read before says that it lists the room.
        board.unlist(ROOM, &writer);
        assert!(!board.list(ROOM, Seq(4), &writer));
        board.returns(ROOM, &writer);
        assert!(board.list(ROOM, Seq(5), &writer));
        drop(greeting);
        assert!(board.lock().meanwhile.is_empty());
        board.note(at(6, 5, 9_000));
        assert!(board.lock().meanwhile.is_empty(), "nobody is being welcomed");
    }
}
