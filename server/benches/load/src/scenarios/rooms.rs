//! Many small rooms beside one large one: what does a delivery cost when each message has few receivers?

use std::time::{Duration, Instant};

use anyhow::Result;

use super::fan_out;
use crate::{
    connect::connect,
    crowd::Crowd,
    fleet::Fleet,
    magpie::Person,
    options::Options,
    post,
    process::cpu_seconds,
    progress::Progress,
    server::{Kind, Server},
};

/// Rooms.
pub const ROOMS: usize = 100;
/// Accounts that watch each of them, on one connection each.
pub const MEMBERS: usize = 20;

/// One measurement, in microseconds of server CPU for one delivery.
#[derive(Clone, Copy, Debug)]
pub struct Rooms {
    /// One room, as many receivers as all the small ones have together, one message in flight.
    pub one: f64,
    /// Many rooms, one message in flight in each.
    pub many: f64,
}

/// How often the two take turns within a round. Turns are as long as where servers are compared: what the machine does meanwhile falls to
/// both, and both are met in the same state. The longer one of them goes on, the more seldom the load generator finds nothing to read
/// and sleeps, and the less the kernel has to do for each write.
const TURNS: u32 = 2 * fan_out::TURNS;

/// Measures both, by turns.
pub fn round(options: &Options) -> Result<Rooms> {
    // Those of the many take long to sign up; who has waited for half a minute without a pong is given up.
    let mut many = ManyRooms::gather(options)?;
    let mut one = Crowd::gather(Kind::Magpie, ROOMS * MEMBERS, options)?;
    let seconds = options.seconds / f64::from(fan_out::TURNS);
    let mut rooms = Rooms { one: 0.0, many: 0.0 };
    for _ in 0..TURNS {
        rooms.one += fan_out::measure(&mut one, Kind::Magpie, 1, seconds)?.cpu / f64::from(TURNS);
        rooms.many += many.measure(seconds)? / f64::from(TURNS);
    }
    Ok(rooms)
}

/// A server with many small rooms, and all their members connected.
struct ManyRooms {
    server: Server,
    fleet: Fleet,
    rooms: Vec<u64>,
    /// Messages posted so far to each.
    posted: Vec<u64>,
}

impl ManyRooms {
    fn gather(options: &Options) -> Result<Self> {
        let server = Server::start(Kind::Magpie, options)?;
        let people = Person::sign_up(server.address, ROOMS * MEMBERS)?;
        let mut rooms = Vec::with_capacity(ROOMS);
        for (index, person) in people.iter().enumerate() {
            if index % MEMBERS == 0 {
                rooms.push(person.create_room(server.address, &format!("Room {index}"))?);
            } else {
                person.join_room(server.address, rooms[index / MEMBERS])?;
            }
        }
        let mut fleet = Fleet::of(connect(server.address, "/ws", ROOMS * MEMBERS, |index| {
            people[index].credential()
        })?)?;
        for index in 0..fleet.size() {
            fleet.send(index, &people[index].hello(&[rooms[index / MEMBERS]]))?;
        }
        fleet.idle(Duration::from_secs(1))?;
        fleet.acknowledge_at_once()?;
        Ok(Self {
            server,
            fleet,
            rooms,
            posted: vec![0; ROOMS],
        })
    }

    /// Microseconds of server CPU for one delivery, while one message is in flight in each room.
    fn measure(&mut self, seconds: f64) -> Result<f64> {
        let mut progress: Vec<Progress> = self.rooms.iter().map(|_| Progress::of(MEMBERS)).collect();
        let before = self.posted.clone();
        let (cpu, start) = (cpu_seconds(self.server.process())?, Instant::now());
        loop {
            let ending = start.elapsed().as_secs_f64() >= seconds;
            let mut is_over = ending;
            for room in 0..ROOMS {
                let is_quiet = self.posted[room] - before[room] == progress[room].done;
                is_over &= is_quiet;
                if is_quiet && !ending {
                    self.posted[room] += 1;
                    let post = post::magpie(self.rooms[room], self.posted[room]);
                    self.fleet.send(room * MEMBERS, &post)?;
                }
            }
            if is_over {
                break;
            }
            self.fleet.turn(Duration::from_secs(1), |connection, seen| {
                progress[connection / MEMBERS].note(connection % MEMBERS, seen);
            })?;
        }
        let messages = self.posted.iter().sum::<u64>() - before.iter().sum::<u64>();
        let deliveries = messages as f64 * MEMBERS as f64;
        Ok((cpu_seconds(self.server.process())? - cpu) * 1e6 / deliveries)
    }
}
