//! What travels besides what was committed, and what a listener hears.

use std::{net::IpAddr, sync::Arc};

use app::protocol::{Changes, RoomId, UserId};

use super::Encoded;
use crate::ids::{NodeId, SessionId};

/// What need not last, or need not be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signal {
    /// Somebody writes in a room.
    Typing {
        /// Where.
        room: RoomId,
        /// Who.
        user: UserId,
    },
    /// A session ended: its connections are to be closed.
    SessionEnded {
        /// Which.
        session: SessionId,
    },
}

/// What a node tells the others of the people who are connected to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Announcement {
    /// Everybody, or one part of everybody: whoever is in no part of a whole round is not there.
    Everybody {
        /// Counts up from one telling to the next.
        round: u32,
        /// Which part this is, from 0.
        part: u16,
        /// How many parts there are, at least 1.
        parts: u16,
        /// The people of this part.
        people: Vec<UserId>,
    },
    /// Who came and who went since the last announcement.
    Flips {
        /// They are there now.
        came: Vec<UserId>,
        /// They are not any more.
        went: Vec<UserId>,
    },
    /// The node stops in order, and nobody is there any more.
    Leaving,
}

/// Of what somebody has only so much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allowance {
    /// A person's writes.
    Writes(UserId),
    /// A person's reads.
    Reads(UserId),
    /// How often a person may tell that they are typing.
    Typing(UserId),
    /// The sign-ups of an address, or of the network that counts as one. Not for the log.
    SignUps(IpAddr),
}

/// What somebody has spent on one node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spending {
    /// Of what.
    pub allowance: Allowance,
    /// How much, since that was told the last time.
    pub units: u32,
}

/// Names what another node asked, for the answer to find its way back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Question {
    /// Who asks.
    pub node: NodeId,
    /// Its own number for what it asks.
    pub number: u64,
}

/// What a listener hears.
#[derive(Clone, Debug)]
pub enum Event {
    /// Something was committed on this node, and no other node is told.
    Changes(Arc<Changes>),
    /// Something was committed on some node; this is what leaves for the connections.
    Encoded(Arc<Encoded>),
    /// A signal.
    Signal(Signal),
    /// A signal of another node, which waits until it is told by [`super::Bus::answer`] that this one has acted on it.
    Asked(Signal, Question),
    /// Who is connected to another node.
    Announced(NodeId, Announcement),
    /// Something was lost since the last event; nobody knows what.
    Lost,
}
