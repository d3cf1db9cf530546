//! Durable posts: from the frame to the acknowledgement, which comes after the commit is on disk.

use std::{
    collections::VecDeque,
    fs::{self, File},
    io::Write as _,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};

use crate::{
    connect::connect,
    figures::{median, percentile},
    fleet::Fleet,
    magpie::Person,
    options::Options,
    post,
    process::cpu_seconds,
    server::{Kind, Server},
};

/// Senders, each in a room of its own, and how many posts each keeps unacknowledged.
pub const SENDERS: [(usize, usize); 3] = [(1, 1), (64, 1), (64, 8)];

/// One measurement.
#[derive(Clone, Copy, Debug)]
pub struct Posts {
    /// How many send.
    pub senders: usize,
    /// How many posts each keeps under way.
    pub in_flight: usize,
    /// Acknowledged posts per second.
    pub per_second: f64,
    /// Milliseconds to the acknowledgement: half of the posts.
    pub p50: f64,
    /// The same, 99 of 100.
    pub p99: f64,
    /// Server CPU for one post, in microseconds.
    pub cpu: f64,
}

/// Measures each number of senders once.
pub fn round(options: &Options) -> Result<Vec<Posts>> {
    SENDERS
        .into_iter()
        .map(|(senders, in_flight)| measure(senders, in_flight, options))
        .collect()
}

fn measure(senders: usize, in_flight: usize, options: &Options) -> Result<Posts> {
    let server = Server::start(Kind::Magpie, options)?;
    let people = Person::sign_up(server.address, senders)?;
    let rooms = people
        .iter()
        .enumerate()
        .map(|(index, person)| person.create_room(server.address, &format!("Room {index}")));
    let rooms: Vec<u64> = rooms.collect::<Result<_>>()?;
    let mut fleet = Fleet::of(connect(server.address, "/ws", senders, |index| {
        people[index].credential()
    })?)?;
    for (index, person) in people.iter().enumerate() {
        fleet.send(index, &person.hello(&[]))?;
    }
    fleet.idle(Duration::from_millis(300))?;

    let mut sent: Vec<VecDeque<Instant>> = vec![VecDeque::new(); senders];
    let (mut key, mut under_way) = (0, 0);
    let mut delays = Vec::new();
    let mut acknowledged = Vec::new();
    let (cpu, start) = (cpu_seconds(server.process())?, Instant::now());
    loop {
        let ending = start.elapsed().as_secs_f64() >= options.seconds;
        for sender in 0..senders {
            while !ending && sent[sender].len() < in_flight {
                key += 1;
                under_way += 1;
                sent[sender].push_back(Instant::now());
                fleet.send(sender, &post::magpie(rooms[sender], key))?;
            }
        }
        if ending && under_way == 0 {
            break;
        }
        fleet.turn(Duration::from_secs(1), |sender, seen| {
            acknowledged.push((sender, seen.acknowledged))
        })?;
        let now = Instant::now();
        for (sender, count) in acknowledged.drain(..) {
            for asked in sent[sender].drain(..count as usize) {
                delays.push(now.duration_since(asked).as_secs_f64() * 1e3);
                under_way -= 1;
            }
        }
    }
    let time = start.elapsed().as_secs_f64();
    let posts = delays.len() as f64;
    let cpu = (cpu_seconds(server.process())? - cpu) * 1e6 / posts;
    let (p50, p99) = (percentile(&mut delays, 0.5), percentile(&mut delays, 0.99));
    Ok(Posts {
        senders,
        in_flight,
        per_second: posts / time,
        p50,
        p99,
        cpu,
    })
}

/// The median of this disk's fdatasync after a small write, in milliseconds.
pub fn disk(options: &Options) -> Result<f64> {
    let path = options.folder.join("fdatasync");
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
