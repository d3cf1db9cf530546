//! Which feeds a connection watches: `hello`, `watch`, `unwatch`, `watch_presence`.

use app::protocol::{
    FeedId, Hello, Rejection, Reply, RequestId, RoomId, Seq, ServerFrame, UserId,
    limits::{WATCHED_PEOPLE, WATCHED_ROOMS},
};

use super::connection::Connection;
use crate::{command, hub::CarryError};

/// Knows what a connection has asked to be told.
pub struct Greeter<'a> {
    connection: &'a Connection,
    greeted: bool,
}

impl<'a> Greeter<'a> {
    /// Nothing was asked yet.
    pub fn new(connection: &'a Connection) -> Self {
        Self {
            connection,
            greeted: false,
        }
    }

    /// Whether `hello` was said.
    pub fn greeted(&self) -> bool {
        self.greeted
    }

    /// Welcomes, and begins to watch: one's own feed, the community's, and the rooms named. Each then catches up.
    pub async fn hello(&mut self, id: RequestId, hello: Hello) -> Result<(), Rejection> {
        if self.greeted {
            return Err(command::hello_expected());
        }
        let Connection {
            context, actor, writer, ..
        } = self.connection;
        // As a poll: one reading, however many rooms it asks for.
        command::check_reading(&context.service, actor)?;
        let turn = context.door.turn().await;
        // Held before the list is read: a room that is joined in between is then listed by the hub itself.
        let own_feed = context.hub.wait(actor.id(), &[FeedId::User(actor.id())]).await;
        let own_feed = own_feed.map_err(|error| command::cannot_read(&error))?;
        let listing = context.hub.greet();
        let (welcome, positions) = command::welcome(&context.service, actor, id, &hello).await?;
        // Held before anything is promised: whoever was welcomed watches, and nothing can go wrong any more.
        let feeds: Vec<FeedId> = positions.iter().map(|(feed, _)| *feed).collect();
        let held = context.hub.wait(actor.id(), &feeds).await;
        let held = held.map_err(|error| command::cannot_read(&error))?;
        self.greeted = true;
        for activity in &welcome.rooms {
            context.hub.list(writer, activity.room, activity.head);
        }
        drop(listing);
        self.connection.send(&ServerFrame::Welcome(welcome));
        for (feed, position) in positions {
            self.watch_feed(feed, position).await?;
        }
        drop((own_feed, held, turn));
        Ok(())
    }

    /// Watches one more room, or again from another position.
    pub async fn watch(&mut self, id: RequestId, room: RoomId, position: Option<Seq>) -> Result<(), Rejection> {
        let Connection {
            context, actor, writer, ..
        } = self.connection;
        let rooms = |feed: FeedId| matches!(feed, FeedId::Room(other) if other != room);
        if writer
            .standpoints()
            .iter()
            .filter(|standpoint| rooms(standpoint.feed))
            .count()
            >= WATCHED_ROOMS
        {
            return Err(command::too_many(WATCHED_ROOMS));
        }
        command::can_watch(&context.service, actor, room).await?;
        // As in `hello`: nothing goes wrong once it is promised.
        let held = context.hub.wait(actor.id(), &[FeedId::Room(room)]).await;
        let held = held.map_err(|error| command::cannot_read(&error))?;
        self.connection.send(&ServerFrame::Ok {
            id,
            result: Reply::Done,
        });
        let watched = self.watch_feed(FeedId::Room(room), position).await;
        drop(held);
        watched
    }

    /// Watches a room no longer; its activity is told instead.
    pub fn unwatch(&mut self, room: RoomId) {
        self.connection
            .context
            .hub
            .unwatch(&self.connection.writer, FeedId::Room(room));
    }

    /// Names the people on screen.
    pub fn watch_presence(&mut self, users: Vec<UserId>) -> Result<(), Rejection> {
        if users.len() > WATCHED_PEOPLE {
            return Err(command::too_many(WATCHED_PEOPLE));
        }
        self.connection.context.hub.watch_people(&self.connection.writer, users);
        Ok(())
    }

    /// Registers the watch; the writing half catches up and checks the rights in the snapshot that it reads.
    async fn watch_feed(&self, feed: FeedId, position: Option<Seq>) -> Result<(), Rejection> {
        let Connection { context, writer, .. } = self.connection;
        match (context.hub.watch(writer, feed, position).await, feed) {
            (Ok(()), _) => Ok(()),
            (Err(CarryError::NoSuchFeed), FeedId::Room(room)) => {
                self.connection.send(&ServerFrame::Revoked { room });
                Ok(())
            }
            (Err(error), _) => Err(command::cannot_read(&error)),
        }
    }
}
