//! A server comes back, and everybody with it: how long until all know what they missed, and what do those feel who talk meanwhile?

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, anyhow};

use crate::{
    connect::connect,
    figures::percentile,
    fleet::Fleet,
    http::Http,
    magpie::Person,
    options::Options,
    post,
    process::{OTHER_FILES, descriptors},
    server::{Kind, Server},
};

/// Rooms that change while nobody is there, and accounts: each has made one.
pub const ROOMS: usize = 100;
/// Live posts in a second.
const RATE: u32 = 50;

/// One measurement.
#[derive(Clone, Copy, Debug)]
pub struct Storm {
    /// Clients that come back.
    pub clients: usize,
    /// Seconds from the first one's connecting to the last one's knowing what it missed.
    pub time: f64,
    /// Milliseconds from the moment a live post was due to its acknowledgement, 99 of 100.
    pub p99: f64,
}

/// Measures it once.
pub fn round(options: &Options) -> Result<Storm> {
    let clients = options.idle.min(descriptors()?.saturating_sub(OTHER_FILES));
    let mut server = Server::start(Kind::Magpie, options)?;
    // The last one talks through the storm.
    let people = Person::sign_up(server.address, ROOMS + 1)?;
    let mut rooms = Vec::with_capacity(ROOMS);
    for (index, person) in people.iter().enumerate() {
        rooms.push(person.create_room(server.address, &format!("Room {index}"))?);
    }
    let before: Vec<_> = people
        .iter()
        .map(|person| Person::look_up(server.address, person.token.clone()))
        .collect::<Result<_>>()?;
    server.restart(options)?;
    for (person, room) in people.iter().zip(&rooms).take(ROOMS) {
        let mut http = Http::to(server.address, Some(person.token.clone()))?;
        let message = serde_json::json!({ "client_message_id": "while-you-were-away", "body": post::body() });
        http.post(&format!("/api/v1/rooms/{room}/messages"), &message)?;
    }

    let is_over = Arc::new(AtomicBool::new(false));
    let talking = {
        let (address, is_over) = (server.address, Arc::clone(&is_over));
        let (credential, hello, room) = (before[ROOMS].credential(), before[ROOMS].hello(&[]), rooms[ROOMS]);
        thread::spawn(move || talk(address, &credential, &hello, room, &is_over))
    };
    let start = Instant::now();
    let mut fleet = Fleet::of(connect(server.address, "/ws", clients, |index| {
        before[index % ROOMS].credential()
    })?)?;
    for index in 0..clients {
        fleet.send(index, &before[index % ROOMS].hello(&[rooms[index % ROOMS]]))?;
    }
    let mut told = 0;
    while told < clients {
        fleet.turn(Duration::from_secs(1), |_, seen| told += seen.messages as usize)?;
    }
    let time = start.elapsed().as_secs_f64();
    is_over.store(true, Ordering::Relaxed);
    let mut delays = talking.join().map_err(|_| anyhow!("the live poster panicked"))??;
    Ok(Storm {
        clients,
        time,
        p99: percentile(&mut delays, 0.99),
    })
}

/// Posts by the clock until it is over; gives the delay of each acknowledgement.
fn talk(server: SocketAddr, credential: &str, hello: &[u8], room: u64, is_over: &AtomicBool) -> Result<Vec<f64>> {
    let mut fleet = Fleet::of(connect(server, "/ws", 1, |_| credential.to_owned())?)?;
    fleet.send(0, hello)?;
    let (start, mut due, mut delays) = (Instant::now(), Vec::new(), Vec::new());
    while !is_over.load(Ordering::Relaxed) || delays.len() < due.len() {
        let next = start + Duration::from_secs(1) / RATE * due.len() as u32;
        if Instant::now() >= next && !is_over.load(Ordering::Relaxed) {
            due.push(next);
            fleet.send(0, &post::magpie(room, due.len() as u64))?;
        }
        fleet.turn(Duration::from_millis(1), |_, seen| {
            let now = Instant::now();
            for _ in 0..seen.acknowledged {
                delays.push(now.duration_since(due[delays.len()]).as_secs_f64() * 1e3);
            }
        })?;
    }
    Ok(delays)
}
