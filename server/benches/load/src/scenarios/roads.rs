//! The same conversation by three roads: polling, long polling, WebSocket.

use std::{
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, anyhow};
use serde_json::{Value, json};

use crate::{
    connect::connect,
    figures::percentile,
    fleet::Fleet,
    frame::MARK,
    http::Http,
    magpie::Person,
    options::Options,
    post,
    process::cpu_seconds,
    progress::Progress,
    server::{Kind, Server},
};

/// Who listens.
pub const READERS: usize = 20;
/// Messages, and the time between two of them.
pub const MESSAGES: usize = 20;
/// Not a divisor of the polls' rhythm: messages meet it at every phase.
pub const PAUSE: Duration = Duration::from_millis(470);
/// The rhythm of those who poll.
pub const POLL_EVERY: Duration = Duration::from_secs(2);

/// One measurement.
#[derive(Clone, Debug)]
pub struct Road {
    /// How it was gone.
    pub name: &'static str,
    /// Requests, or upgrades, of all readers.
    pub requests: u64,
    /// KiB sent and received by all readers, without TCP's own.
    pub kib: f64,
    /// Server CPU, in milliseconds, the posts included.
    pub cpu: f64,
    /// Milliseconds until a reader has a message: half of the deliveries.
    pub p50: f64,
    /// The same, 99 of 100.
    pub p99: f64,
}

/// What the readers went through.
#[derive(Default)]
struct Journey {
    requests: u64,
    bytes: u64,
    delays: Vec<f64>,
}

/// When each message was posted.
type Posted = Arc<Mutex<Vec<Instant>>>;

/// Walks all three.
pub fn measure(options: &Options) -> Result<Vec<Road>> {
    Ok(vec![
        walk("polling every 2 s", options, |server, people, room, posted| {
            poll(server, people, room, posted, 0)
        })?,
        walk("long polling, 25 s", options, |server, people, room, posted| {
            poll(server, people, room, posted, 25)
        })?,
        walk("WebSocket", options, listen)?,
    ])
}

fn walk(
    name: &'static str,
    options: &Options,
    read: impl FnOnce(&Server, &[Person], u64, &Posted) -> Result<Journey>,
) -> Result<Road> {
    let server = Server::start(Kind::Magpie, options)?;
    let people = Person::sign_up(server.address, READERS + 1)?;
    let room = people[0].first_room()?;
    let posted = Posted::default();
    let before = cpu_seconds(server.process())?;
    let talking = thread::spawn({
        let (mut http, posted) = (
            Http::to(server.address, Some(people[0].token.clone()))?,
            Arc::clone(&posted),
        );
        move || talk(&mut http, room, &posted)
    });
    let Journey {
        requests,
        bytes,
        mut delays,
    } = read(&server, &people[1..], room, &posted)?;
    talking.join().map_err(|_| anyhow!("the sender broke"))??;
    let cpu = (cpu_seconds(server.process())? - before) * 1e3;
    let (p50, p99) = (percentile(&mut delays, 0.5), percentile(&mut delays, 0.99));
    Ok(Road {
        name,
        requests,
        kib: bytes as f64 / 1024.0,
        cpu,
        p50,
        p99,
    })
}

fn talk(http: &mut Http, room: u64, posted: &Posted) -> Result<()> {
    for index in 0..MESSAGES {
        thread::sleep(PAUSE);
        lock(posted).push(Instant::now());
        let message = json!({ "client_message_id": format!("road-{index}"), "body": post::body() });
        http.post(&format!("/api/v1/rooms/{room}/messages"), &message)?;
    }
    Ok(())
}

/// Each reader is a thread of its own: asks, notes what came, asks again from there.
fn poll(server: &Server, people: &[Person], room: u64, posted: &Posted, wait: u64) -> Result<Journey> {
    let readers: Vec<_> = people
        .iter()
        .enumerate()
        .map(|(index, person)| {
            let mut http = Http::to(server.address, Some(person.token.clone()))?;
            let (mut positions, posted) = (person.positions(&[room]), Arc::clone(posted));
            positions["wait"] = json!(wait);
            // They do not come all at once.
            let late = POLL_EVERY * index as u32 / READERS as u32;
            Ok(thread::spawn(move || {
                if wait == 0 {
                    thread::sleep(late);
                }
                poll_as_one(&mut http, positions, &posted)
            }))
        })
        .collect::<Result<_>>()?;
    let mut all = Journey::default();
    for reader in readers {
        let one = reader.join().map_err(|_| anyhow!("a reader broke"))??;
        all.requests += one.requests;
        all.bytes += one.bytes;
        all.delays.extend(one.delays);
    }
    Ok(all)
}

fn poll_as_one(http: &mut Http, mut positions: Value, posted: &Posted) -> Result<Journey> {
    let polling = positions["wait"] == json!(0);
    let mut delays = Vec::new();
    while delays.len() < MESSAGES {
        let start = Instant::now();
        let answer = http.request("POST", "/api/v1/poll", &positions.to_string())?;
        let now = Instant::now();
        let messages = answer.bytes().filter(|byte| *byte == MARK).count();
        let first = delays.len();
        let posted: Vec<Instant> = lock(posted)[first..first + messages].to_vec();
        delays.extend(
            posted
                .into_iter()
                .map(|posted| now.duration_since(posted).as_secs_f64() * 1e3),
        );
        go_on(&mut positions, &serde_json::from_str(&answer)?);
        if polling && delays.len() < MESSAGES {
            thread::sleep(POLL_EVERY.saturating_sub(start.elapsed()));
        }
    }
    Ok(Journey {
        requests: http.requests,
        bytes: http.bytes,
        delays,
    })
}

/// Moves each position to where the answer leads.
fn go_on(positions: &mut Value, answer: &Value) {
    for frame in answer["frames"].as_array().into_iter().flatten() {
        match frame["feed"].as_str().and_then(|feed| feed.split_once(':')) {
            Some(("room", room)) => positions["watch"][room] = frame["to"].clone(),
            Some(("user", _)) => positions["user"] = frame["to"].clone(),
            _ if frame["feed"] == "community" => positions["community"] = frame["to"].clone(),
            _ => {}
        }
    }
}

fn listen(server: &Server, people: &[Person], room: u64, posted: &Posted) -> Result<Journey> {
    let mut fleet = Fleet::of(connect(server.address, "/ws", people.len(), |index| {
        people[index].credential()
    })?)?;
    for (index, person) in people.iter().enumerate() {
        fleet.send(index, &person.hello(&[room]))?;
    }
    let mut progress = Progress::of(people.len());
    let mut delays = Vec::new();
    while progress.done < MESSAGES as u64 {
        fleet.turn(Duration::from_secs(1), |connection, seen| {
            let now = Instant::now();
            let posted = lock(posted);
            let arrived = progress.note(connection, seen);
            delays.extend(arrived.map(|message| now.duration_since(posted[message as usize]).as_secs_f64() * 1e3));
        })?;
    }
    Ok(Journey {
        requests: people.len() as u64,
        bytes: fleet.bytes(),
        delays,
    })
}

fn lock(posted: &Posted) -> std::sync::MutexGuard<'_, Vec<Instant>> {
    posted.lock().unwrap_or_else(PoisonError::into_inner)
}
