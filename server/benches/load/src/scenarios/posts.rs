//! Durable posts: from the frame to the acknowledgement, which comes after the commit is on disk.

use std::{
    collections::VecDeque,
    fs::{self, File},
    io::Write as _,
    net::SocketAddr,
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};

use crate::{
    cluster::Cluster,
    connect::connect,
    figures::{median, percentile},
    fleet::Fleet,
    magpie::Person,
    options::Options,
    post,
    server::{Kind, Server, Serves},
};

/// What is measured over each database.
pub const DEEDS: [Deed; 5] = [
    Deed::post(1, 1, 1),
    POSTS_TOGETHER,
    Deed::post(64, 64, 8),
    Deed::post(64, 1, 8),
    MARKS,
];
/// Many people post, each now and then, each in another room.
pub const POSTS_TOGETHER: Deed = Deed::post(64, 64, 1);
/// Many people read.
pub const MARKS: Deed = Deed {
    what: What::MarkRead,
    people: 64,
    rooms: 1,
    in_flight: 1,
};
/// Seconds of the same before anything is measured: until then a database has opened its connections.
const WARM_UP: f64 = 0.3;
/// Messages for read markers to pass: more than anybody can mark one by one in the time.
const MESSAGES_TO_READ: u64 = 6_400;
/// How many of these are posted together.
const AT_ONCE: usize = 64;

/// Where it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Database {
    /// In a file, by the server itself.
    Sqlite,
    /// On a server of its own.
    Postgres,
}

impl Database {
    /// Those that can be measured.
    pub fn all(options: &Options) -> &'static [Self] {
        match options.postgres_bin {
            Some(_) => &[Self::Sqlite, Self::Postgres],
            None => &[Self::Sqlite],
        }
    }

    /// As the table calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

/// What people do, again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// They post.
    Post,
    /// They say that they have read one message more.
    MarkRead,
}

/// Who does what where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deed {
    /// What.
    pub what: What,
    /// How many people, on one connection each.
    pub people: usize,
    /// One for all, or as many as people.
    pub rooms: usize,
    /// How much each keeps under way.
    pub in_flight: usize,
}

impl Deed {
    const fn post(people: usize, rooms: usize, in_flight: usize) -> Self {
        Self {
            what: What::Post,
            people,
            rooms,
            in_flight,
        }
    }
}

/// One measurement.
#[derive(Clone, Copy, Debug)]
pub struct Posts {
    /// Over which database.
    pub database: Database,
    /// What was done.
    pub deed: Deed,
    /// Acknowledged in a second.
    pub per_second: f64,
    /// Milliseconds to the acknowledgement: half of them.
    pub p50: f64,
    /// The same, 99 of 100.
    pub p99: f64,
    /// Server CPU for one, in microseconds.
    pub cpu: f64,
    /// The same of a database that is a server of its own.
    pub database_cpu: f64,
}

/// Measures each deed over each database once.
pub fn round(options: &Options) -> Result<Vec<Posts>> {
    let mut figures = Vec::new();
    for database in Database::all(options) {
        for deed in DEEDS {
            figures.push(match database {
                Database::Sqlite => measure(&Server::start(Kind::Magpie, options)?, *database, deed, options)?,
                Database::Postgres => measure(&Cluster::alone(options)?, *database, deed, options)?,
            });
        }
    }
    Ok(figures)
}

fn measure<S: Serves>(server: &S, database: Database, deed: Deed, options: &Options) -> Result<Posts> {
    let mut people = People::gather(server, deed)?;
    if deed.what == What::MarkRead {
        people.have_something_to_read(server.targets()[0].address)?;
    }
    people.go(WARM_UP)?;
    let (cpu, database_cpu) = (server.cpu_seconds()?, server.database_cpu_seconds()?);
    let start = Instant::now();
    let mut delays = people.go(options.seconds)?;
    let (time, done) = (start.elapsed().as_secs_f64(), delays.len() as f64);
    Ok(Posts {
        database,
        deed,
        per_second: done / time,
        cpu: (server.cpu_seconds()? - cpu) * 1e6 / done,
        database_cpu: (server.database_cpu_seconds()? - database_cpu) * 1e6 / done,
        p50: percentile(&mut delays, 0.5),
        p99: percentile(&mut delays, 0.99),
    })
}

/// Those who do it, each on a connection that watches nothing.
struct People {
    fleet: Fleet,
    deed: Deed,
    rooms: Vec<u64>,
    /// Frames sent so far.
    frames: u64,
    /// Messages that each has read.
    read: Vec<u64>,
}

impl People {
    fn gather<S: Serves>(server: &S, deed: Deed) -> Result<Self> {
        let target = server.targets().swap_remove(0);
        let address = target.address;
        let people = Person::sign_up(target, deed.people)?;
        let mut rooms: Vec<u64> = Vec::with_capacity(deed.rooms);
        for (index, person) in people.iter().enumerate() {
            if index < deed.rooms {
                rooms.push(person.create_room(address, &format!("Room {index}"))?);
            } else {
                person.join_room(address, rooms[index % deed.rooms])?;
            }
        }
        let mut fleet = Fleet::of(connect(address, "/ws", deed.people, |index| {
            people[index].credential()
        })?)?;
        for (index, person) in people.iter().enumerate() {
            fleet.send(index, &person.hello(&[]))?;
        }
        fleet.idle(Duration::from_millis(300))?;
        Ok(Self {
            fleet,
            deed,
            rooms,
            frames: 0,
            read: vec![0; deed.people],
        })
    }

    /// Somebody else posts what all of them are going to read: whoever posts has read it.
    fn have_something_to_read(&self, address: SocketAddr) -> Result<()> {
        let (room, author) = (self.rooms[0], Person::sign_up(address, 1)?.swap_remove(0));
        author.join_room(address, room)?;
        let mut line = Fleet::of(connect(address, "/ws", 1, |_| author.credential())?)?;
        line.send(0, &author.hello(&[]))?;
        for first in (1..=MESSAGES_TO_READ).step_by(AT_ONCE) {
            for key in first..first + AT_ONCE as u64 {
                line.send(0, &post::magpie(room, key))?;
            }
            let mut answered = 0;
            while answered < AT_ONCE {
                line.turn(Duration::from_secs(1), |_, seen| answered += seen.acknowledged as usize)?;
            }
        }
        Ok(())
    }

    /// Keeps as much under way as the deed says, until the time is over and all is answered. Gives the milliseconds to each answer.
    fn go(&mut self, seconds: f64) -> Result<Vec<f64>> {
        let mut sent: Vec<VecDeque<Instant>> = vec![VecDeque::new(); self.deed.people];
        let (mut delays, mut acknowledged) = (Vec::new(), Vec::new());
        let start = Instant::now();
        loop {
            let ending = start.elapsed().as_secs_f64() >= seconds;
            for (person, sent) in sent.iter_mut().enumerate() {
                while !ending && sent.len() < self.deed.in_flight {
                    let frame = self.next_frame(person);
                    sent.push_back(Instant::now());
                    self.fleet.send(person, &frame)?;
                }
            }
            if ending && sent.iter().all(VecDeque::is_empty) {
                break;
            }
            self.fleet.turn(Duration::from_secs(1), |person, seen| {
                acknowledged.push((person, seen.acknowledged))
            })?;
            let now = Instant::now();
            for (person, count) in acknowledged.drain(..) {
                let asked = sent[person].drain(..count as usize);
                delays.extend(asked.map(|asked| now.duration_since(asked).as_secs_f64() * 1e3));
            }
        }
        if self.read.iter().any(|read| *read > MESSAGES_TO_READ) {
            bail!("there was not enough to read");
        }
        Ok(delays)
    }

    fn next_frame(&mut self, person: usize) -> Vec<u8> {
        self.frames += 1;
        let room = self.rooms[person % self.rooms.len()];
        match self.deed.what {
            What::Post => post::magpie(room, self.frames),
            What::MarkRead => {
                self.read[person] += 1;
                post::mark_read(room, self.frames, self.read[person])
            }
        }
    }
}

/// The median of a disk's fdatasync after a small write into a folder, in milliseconds.
pub fn disk(folder: &Path) -> Result<f64> {
    let path = folder.join(format!("magpie-fdatasync-{}", std::process::id()));
    let mut file = File::create(&path).context("the folder cannot be written")?;
    let mut times = Vec::new();
    for _ in 0..200 {
        let start = Instant::now();
        file.write_all(&[0; 4_096])?;
        file.sync_data()?;
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    fs::remove_file(path)?;
    Ok(median(times))
}
