//! A server, one sender, and a room full of receivers.

use anyhow::Result;

use crate::{
    connect::connect,
    fleet::Fleet,
    magpie::Person,
    options::Options,
    post,
    server::{Kind, Server},
};

/// Accounts that Magpie's receivers share: many connections each, as one person has several devices. The sender has its own.
const ACCOUNTS: usize = 100;
/// Messages sent before anything is measured.
const WARM_UP: u64 = 20;

/// Everyone who is connected to one server.
pub struct Crowd {
    /// The server.
    pub server: Server,
    /// The connections; the first one sends, and receives like all others.
    pub fleet: Fleet,
    kind: Kind,
    /// Messages posted so far.
    posted: u64,
    room: u64,
}

impl Crowd {
    /// Starts a server, connects `receivers`, and makes sure that messages arrive.
    pub fn gather(kind: Kind, receivers: usize, options: &Options) -> Result<Self> {
        let mut crowd = Self::connect(kind, receivers, options)?;
        let mut delivered = 0;
        for _ in 0..WARM_UP {
            crowd.post()?;
            while delivered < crowd.posted * receivers as u64 {
                crowd.fleet.turn(std::time::Duration::from_secs(1), |_, seen| {
                    delivered += u64::from(seen.messages)
                })?;
            }
        }
        Ok(crowd)
    }

    /// Starts a server and connects `receivers`; nobody has said anything but hello.
    pub fn connect(kind: Kind, receivers: usize, options: &Options) -> Result<Self> {
        let server = Server::start(kind, options)?;
        Self::join(server, kind, receivers)
    }

    /// Connects `receivers` to a server that runs.
    pub fn join(server: Server, kind: Kind, receivers: usize) -> Result<Self> {
        if !kind.is_magpie() {
            let fleet = Fleet::of(connect(server.address, "/", receivers, |_| String::new())?)?;
            return Ok(Self {
                server,
                fleet,
                kind,
                posted: 0,
                room: 0,
            });
        }
        let people = Person::sign_up(server.target(), receivers.min(ACCOUNTS) + 1)?;
        let whose = |index: usize| {
            if index == 0 {
                &people[0]
            } else {
                &people[1 + index % (people.len() - 1)]
            }
        };
        let room = people[0].first_room()?;
        let mut fleet = Fleet::of(connect(server.target(), "/ws", receivers, |index| {
            whose(index).credential()
        })?)?;
        for index in 0..receivers {
            fleet.send(index, &whose(index).hello(&[room]))?;
        }
        // Each is welcomed and told where its three feeds stand.
        let mut frames = 0;
        while frames < receivers * 4 {
            fleet.turn(std::time::Duration::from_secs(1), |_, seen| {
                frames += seen.frames as usize
            })?;
        }
        Ok(Self {
            server,
            fleet,
            kind,
            posted: 0,
            room,
        })
    }

    /// The first connection posts.
    pub fn post(&mut self) -> Result<()> {
        self.posted += 1;
        let frame = match self.kind {
            Kind::Raw => post::raw(),
            Kind::Node | Kind::Axum => post::node(),
            Kind::Magpie | Kind::MagpieTls => post::magpie(self.room, self.posted),
        };
        self.fleet.send(0, &frame)
    }

    /// The first connection posts a text of so many bytes to Magpie.
    pub fn post_long(&mut self, bytes: usize) -> Result<()> {
        self.posted += 1;
        let frame = post::magpie_long(self.room, self.posted, bytes);
        self.fleet.send(0, &frame)
    }

    /// The room that everyone watches.
    pub fn room(&self) -> u64 {
        self.room
    }

    /// Messages posted so far.
    pub fn posted(&self) -> u64 {
        self.posted
    }
}
