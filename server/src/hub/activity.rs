//! Badges for rooms that a connection lists but does not watch: at most one frame a second and room.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use indexmap::IndexMap;

use app::protocol::{Activity, FeedId, RoomId, ServerFrame};

use super::{
    frame,
    send_queue::Kind,
    writer::{ConnectionId, Writer},
};

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
}

impl ActivityBoard {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        // The maps stay consistent between statements: a panic elsewhere does not spoil them.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The connection lists this room from now on. Whether it did not before.
    pub fn list(&self, room: RoomId, writer: &Arc<Writer>) -> bool {
        let mut inner = self.lock();
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

    /// The connection lists this room no longer. Whether it did.
    pub fn unlist(&self, room: RoomId, writer: &Writer) -> bool {
        let mut inner = self.lock();
        if let Some(rooms) = inner.listed.get_mut(&writer.id) {
            rooms.retain(|listed| *listed != room);
        }
        inner.unlist(room, writer.id)
    }

    /// The connection is gone. The rooms that it listed.
    pub fn forget(&self, writer: &Writer) -> Vec<RoomId> {
        let mut inner = self.lock();
        let rooms = inner.listed.remove(&writer.id).unwrap_or_default();
        for room in &rooms {
            inner.unlist(*room, writer.id);
        }
        rooms
    }

    /// Notes that something happened; posts never go back.
    pub fn note(&self, activity: Activity) {
        let mut inner = self.lock();
        if !inner.listeners.contains_key(&activity.room) {
            return;
        }
        let entry = inner.untold.entry(activity.room).or_insert(activity);
        entry.head = entry.head.max(activity.head);
        // Whose time it bears is told by the number: a node whose clock is behind may have taken the newer post.
        if activity.posts > entry.posts {
            (entry.posts, entry.last_posted_at) = (activity.posts, activity.last_posted_at);
        }
    }

    /// Tells what is untold to those who do not watch the room. Called once a second.
    pub fn tick(&self) {
        let mut inner = self.lock();
        for (room, activity) in std::mem::take(&mut inner.untold) {
            let Some(listeners) = inner.listeners.get(&room) else {
                continue;
            };
            let bytes = frame::json(&ServerFrame::Activity(activity));
            for writer in listeners.values().filter(|writer| !writer.watches(FeedId::Room(room))) {
                writer.send(bytes.clone(), Kind::Activity);
            }
        }
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
    use app::protocol::{Number, Seq, Timestamp, UserId};

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

    #[tokio::test]
    async fn the_newest_post_gives_the_time_though_an_older_one_bears_a_later_time() {
        let (line, _peer) = pair(LineKind::Plain).await;
        let writer = Arc::new(Writer::new(
            ConnectionId(1),
            UserId(1),
            SessionId(1),
            line,
            Arc::default(),
        ));
        let board = ActivityBoard::default();
        board.list(ROOM, &writer);
        board.note(at(1, 1, 9_000));
        // By a node whose clock is behind.
        board.note(at(2, 2, 3_000));
        // The first one was edited.
        board.note(at(3, 1, 9_000));
        assert_eq!(board.lock().untold[&ROOM], at(3, 2, 3_000));
    }
}
