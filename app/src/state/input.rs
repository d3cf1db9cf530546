//! What can happen to a client.

use crate::protocol::{ClientMessageId, Number, RoomId, ServerFrame, Slug, Snapshot, Timestamp, UserId};

use super::{connection::Transport, deeds::Deed};

/// The wall clock and a fresh random number, taken by the driver just before each input.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Moment {
    /// Milliseconds since 1970, by the client's clock.
    pub now: Timestamp,
    /// Uniform in `0.0..1.0`; jitter is made of it.
    pub random: f64,
}

/// What can happen to a client.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// Start connecting. Sent once, by the driver.
    Started,
    /// The socket is open; `hello` may be sent.
    Opened,
    /// The socket closed or failed to open, or a poll failed. The code is 1006 when there was none.
    Closed {
        /// Which one it was.
        transport: Transport,
        /// RFC 6455 close code; HTTP 401 is told as 4500.
        code: u16,
    },
    /// A frame arrived over the socket, or as the answer to a command over HTTP. A command that could not be carried over
    /// HTTP is told as `error` with `unavailable`.
    Frame(ServerFrame),
    /// A poll was answered with these frames.
    Polled(Vec<ServerFrame>),
    /// A second has passed. Drives timeouts, the countdown, the typing indicators.
    Tick,
    /// The browser says that the network is back, or the wall clock jumped (sleep): do not wait.
    Woke,
    /// The browser says that the network is gone.
    Offline,
    /// The page came in front of its reader, or went out of sight.
    Seen(bool),
    /// The user did something.
    Action(Action),
    /// What `Effect::StoreOutbox` stored earlier was read back at start.
    OutboxRestored(Vec<super::Pending>),
    /// A whole new state (signing in under Trunk, where no server rendered the page).
    Snapshot(Box<Snapshot>),
}

/// What the user can do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Show this room: watch it, fetch it when nothing is held.
    OpenRoom(RoomId),
    /// Show the room of this address; it may be one that the client has never heard of.
    OpenSlug(Slug),
    /// Send a message. The id is fresh and random.
    Post {
        /// Where.
        room: RoomId,
        /// Sender's name for it.
        client_message_id: ClientMessageId,
        /// The text.
        body: String,
    },
    /// Try a failed message once more.
    Retry(ClientMessageId),
    /// Throw a failed or queued message away.
    Discard(ClientMessageId),
    /// A key was pressed in the composer.
    Type(RoomId),
    /// The reader has seen the timeline up to here.
    Read(RoomId, Number),
    /// The reader scrolls towards the beginning.
    LoadOlder(RoomId),
    /// The reader wants to see this message, which is older than what is held.
    LoadBackTo(RoomId, Number),
    /// The "new messages" line is in sight.
    SeeFirstNew(RoomId),
    /// The reader is at the newest message, and nothing has shown the first one that is unread.
    PassOverUnread(RoomId),
    /// These people are on screen.
    ShowPeople(Vec<UserId>),
    /// Ask for the rooms that one may join.
    BrowseRooms,
    /// Make a room and go there.
    CreateRoom {
        /// Its name.
        name: String,
        /// What it is about.
        topic: String,
    },
    /// Become a member.
    JoinRoom(RoomId),
    /// Leave.
    LeaveRoom(RoomId),
    /// Rename a room.
    RenameRoom(RoomId, String),
    /// Say what a room is about.
    SetTopic(RoomId, String),
    /// Remove somebody from a room.
    RemoveMember(RoomId, UserId),
    /// Change one's own name.
    SetName(String),
    /// Replace the text of one's own message.
    EditMessage(RoomId, Number, String),
    /// Delete a message.
    DeleteMessage(RoomId, Number),
    /// Nobody waits any more for what becomes of this.
    Forget(Deed),
    /// Close the notice that `State::notice` shows.
    DismissNotice,
    /// The button on the connection line: do not wait for the countdown.
    ReconnectNow,
}
