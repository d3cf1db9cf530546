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

/// Measures both, one behind the other.
pub fn round(options: &Options) -> Result<Rooms> {
    let mut crowd = Crowd::gather(Kind::Magpie, ROOMS * MEMBERS, options)?;
    let one = fan_out::measure(&mut crowd, Kind::Magpie, 1, options.seconds)?.cpu;
    drop(crowd);
    Ok(Rooms {
        one,
        many: many(options)?,
    })
}

fn many(options: &Options) -> Result<f64> {
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

    let mut progress: Vec<Progress> = rooms.iter().map(|_| Progress::of(MEMBERS)).collect();
    let mut posted = vec![0; ROOMS];
    let (cpu, start) = (cpu_seconds(server.process())?, Instant::now());
    loop {
        let ending = start.elapsed().as_secs_f64() >= options.seconds;
        for room in 0..ROOMS {
            if !ending && posted[room] == progress[room].done {
                posted[room] += 1;
                fleet.send(room * MEMBERS, &post::magpie(rooms[room], posted[room]))?;
            }
        }
        if ending
            && progress
                .iter()
                .zip(&posted)
                .all(|(progress, posted)| progress.done == *posted)
        {
            break;
        }
        fleet.turn(Duration::from_secs(1), |connection, seen| {
            progress[connection / MEMBERS].note(connection % MEMBERS, seen);
        })?;
    }
    let deliveries = posted.iter().sum::<u64>() as f64 * MEMBERS as f64;
    Ok((cpu_seconds(server.process())? - cpu) * 1e6 / deliveries)
}
