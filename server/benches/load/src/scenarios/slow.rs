//! A room full of live clients, and some more that never read: what do the live ones feel of them, what do they cost, and do they have
//! everything once they read?

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use socket2::SockRef;

use super::latency::converse;
use crate::{
    connect::connect,
    crowd::Crowd,
    figures::percentile,
    fleet::Fleet,
    frame::PONG,
    http::Http,
    magpie::Person,
    options::Options,
    process::resident_kib,
    progress::Progress,
    server::{Kind, Server, free_port},
};

/// Clients that do not read.
pub const SLOW: usize = 100;
/// Accounts that they share.
const ACCOUNTS: usize = 10;
/// Bytes of text in the messages that fill their lines.
const LONG: usize = 9_000;
/// Long messages under way.
const IN_FLIGHT: u64 = 4;
/// What the system keeps for one of them on its own side.
const RECEIVE_BUFFER: usize = 64 * 1024;
/// What Magpie keeps for one connection at most, and a little more to be sure.
const QUEUE: u64 = 1_280 * 1024;
/// Longer, and they would be given up for having taken nothing.
const LONGEST: f64 = 10.0;

/// One measurement.
#[derive(Clone, Copy, Debug)]
pub struct Slow {
    /// Milliseconds from the moment a message was due to its delivery to the live ones, 99 of 100: by themselves.
    pub alone: f64,
    /// The same beside those that do not read.
    pub beside: f64,
    /// KiB in RAM that the server has more for each of those, once their lines are full.
    pub kib: f64,
    /// Seconds from the moment they read again until each has every message.
    pub healed: f64,
}

/// Measures it once.
pub fn round(options: &Options) -> Result<Slow> {
    let seconds = (options.seconds * 2.0).min(LONGEST);
    let metrics = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?));
    let server = Server::start_magpie(&["--metrics-listen".to_owned(), metrics.to_string()], options)?;
    let mut crowd = Crowd::join(server, Kind::Magpie, options.latency_receivers)?;
    crowd.warm_up()?;
    let people = Person::sign_up(crowd.server.address, ACCOUNTS)?;
    let mut alone = converse(&mut crowd, seconds)?;
    let memory = resident_kib(crowd.server.process())?;

    let (mut slow, before) = (settle(&crowd, &people)?, crowd.posted());
    fill(&mut crowd)?;
    // They live, but do not read.
    for index in 0..SLOW {
        slow.send(index, &PONG)?;
    }
    let mut beside = converse(&mut crowd, seconds)?;
    let kib = (resident_kib(crowd.server.process())? - memory) / SLOW as f64;
    let (dropped, most) = (count_overflows(metrics)?, QUEUE as f64 / 1024.0);
    if dropped < SLOW as f64 || kib > most {
        bail!("{dropped} queues of {SLOW} were dropped, and each took {kib:.0} KiB of {most:.0}");
    }

    let (missed, start) = (crowd.posted() - before, Instant::now());
    let mut progress = Progress::of(SLOW);
    while progress.done < missed {
        slow.turn(Duration::from_secs(1), |connection, seen| {
            progress.note(connection, seen);
        })?;
    }
    Ok(Slow {
        alone: percentile(&mut alone, 0.99),
        beside: percentile(&mut beside, 0.99),
        kib,
        healed: start.elapsed().as_secs_f64(),
    })
}

/// Those who will not read: they come, are welcomed, and have everything up to here.
fn settle(crowd: &Crowd, people: &[Person]) -> Result<Fleet> {
    let server = crowd.server.address;
    let people: Vec<Person> = people
        .iter()
        .map(|person| Person::look_up(server, person.token.clone()))
        .collect::<Result<_>>()?;
    let whose = |index: usize| &people[index % ACCOUNTS];
    let connections = connect(server, "/ws", SLOW, |index| whose(index).credential())?;
    for connection in &connections {
        SockRef::from(connection.socket()).set_recv_buffer_size(RECEIVE_BUFFER)?;
    }
    let mut fleet = Fleet::of(connections)?;
    for index in 0..SLOW {
        fleet.send(index, &whose(index).hello(&[crowd.room()]))?;
    }
    let mut frames = 0;
    while frames < SLOW * 4 {
        fleet.turn(Duration::from_secs(1), |_, seen| frames += seen.frames as usize)?;
    }
    Ok(fleet)
}

/// Posts more than the system and the server together keep for one connection: whoever does not read is behind then.
fn fill(crowd: &mut Crowd) -> Result<()> {
    // The kernel keeps twice of what it is told.
    let kept = send_buffer()? + 2 * RECEIVE_BUFFER as u64 + QUEUE;
    let messages = kept.div_ceil(LONG as u64);
    let mut progress = Progress::of(crowd.fleet.size());
    let mut posted = 0;
    while progress.done < messages {
        while posted < messages.min(progress.done + IN_FLIGHT) {
            crowd.post_long(LONG)?;
            posted += 1;
        }
        crowd.fleet.turn(Duration::from_secs(1), |connection, seen| {
            progress.note(connection, seen);
        })?;
    }
    Ok(())
}

/// How often the server has dropped a queue, as it tells by itself.
fn count_overflows(metrics: SocketAddr) -> Result<f64> {
    let told = Http::to(metrics, None)?.request("GET", "/metrics", "")?;
    let mut lines = told.lines();
    let count = lines.find_map(|line| line.strip_prefix("magpie_queue_overflows_total "));
    Ok(count.context("the server counts them")?.trim().parse()?)
}

/// Bytes that the system keeps for one connection of the server at most.
fn send_buffer() -> Result<u64> {
    let sizes = fs::read_to_string("/proc/sys/net/ipv4/tcp_wmem")?;
    Ok(sizes.split_whitespace().next_back().context("no sizes")?.parse()?)
}
