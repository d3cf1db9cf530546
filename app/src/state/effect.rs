//! What a client wants done, and what changed for whoever draws.

use crate::protocol::{ClientFrame, Hello, RoomId, Slug};

use super::Pending;

/// What `update` gives back.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Update {
    /// To be carried out in this order.
    pub effects: Vec<Effect>,
    /// What has to be drawn again.
    pub touched: Vec<Touched>,
}

/// What the driver is asked to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Open the socket.
    OpenSocket,
    /// Close the socket, if any; its `Closed` is not to be reported.
    CloseSocket,
    /// Send this over the socket if [`State::trusts_socket_with`](super::State::trusts_socket_with) it and it is open, or else as
    /// an HTTP command.
    Send(ClientFrame),
    /// Ask `/api/v1/poll` once; report `Polled`, or `Closed`. It takes the place of the poll on its way, if any, of which
    /// nothing is to be reported any more.
    Poll {
        /// The positions.
        hello: Hello,
        /// Seconds.
        wait: u64,
    },
    /// Forget the poll on its way, if any; nothing of it is to be reported.
    StopPolling,
    /// Remember what is still to be sent, in place of what was remembered before.
    StoreOutbox(Vec<Pending>),
    /// Show the address of this room.
    GoTo(Slug),
    /// The session is gone: forget what is stored and show the sign-in page.
    SignIn,
}

/// A part of the state that changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Touched {
    /// The connection line.
    Connection,
    /// The room list, its badges, its order.
    Rooms,
    /// One room's header and members.
    Room(RoomId),
    /// One room's rows, pending ones included.
    Timeline(RoomId),
    /// Who is typing in a room.
    Typing(RoomId),
    /// Profiles.
    People,
    /// Who is here.
    Presence,
    /// What waits to be sent, in all rooms.
    Outbox,
    /// The list of rooms to join.
    Joinable,
    /// The notice.
    Notice,
    /// What became of what the user wanted done.
    Deeds,
}
