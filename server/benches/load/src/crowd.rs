//! A server, one sender, and a room full of receivers.

use anyhow::Result;

use crate::{
    connect::connect,
    fleet::Fleet,
    magpie::Person,
    options::Options,
    post,
    server::{Kind, Server, Serves},
};

/// Accounts that Magpie's receivers share: many connections each, as one person has several devices. The sender has its own.
const ACCOUNTS: usize = 100;
/// Messages sent before anything is measured.
const WARM_UP: u64 = 20;

/// Everyone who is connected to one server, or to several that are one chat.
pub struct Crowd<S = Server> {
    /// What they are connected to.
    pub server: S,
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
        let mut crowd = Self::join(Server::start(kind, options)?, kind, receivers)?;
        crowd.warm_up()?;
        Ok(crowd)
    }
}

impl<S: Serves> Crowd<S> {
    /// Connects `receivers` to what runs, as many in each place; nobody has said anything but hello.
    pub fn join(server: S, kind: Kind, receivers: usize) -> Result<Self> {
        let targets = server.targets();
        if !kind.is_magpie() {
            let fleet = Fleet::of(connect(targets[0].clone(), "/", receivers, |_| String::new())?)?;
            return Ok(Self {
                server,
                fleet,
                kind,
                posted: 0,
                room: 0,
            });
        }
        let people = Person::sign_up(targets[0].clone(), receivers.min(ACCOUNTS) + 1)?;
        let whose = |index: usize| {
            if index == 0 {
                &people[0]
            } else {
                &people[1 + index % (people.len() - 1)]
            }
        };
        let room = people[0].first_room()?;
        let mut connections = Vec::with_capacity(receivers);
        for (index, target) in targets.iter().enumerate() {
            let first = connections.len();
            let share = (receivers - first) / (targets.len() - index);
            connections.extend(connect(target.clone(), "/ws", share, |index| {
                whose(first + index).credential()
            })?);
        }
        let mut fleet = Fleet::of(connections)?;
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

    /// Makes sure that messages arrive, and that what listens acknowledges alike, whatever the server.
    pub fn warm_up(&mut self) -> Result<()> {
        self.fleet.acknowledge_at_once()?;
        let mut delivered = 0;
        for _ in 0..WARM_UP {
            self.post()?;
            while delivered < self.posted * self.fleet.size() as u64 {
                self.fleet.turn(std::time::Duration::from_secs(1), |_, seen| {
                    delivered += u64::from(seen.messages)
                })?;
            }
        }
        Ok(())
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
