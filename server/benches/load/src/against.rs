//! A server that runs somewhere, measured from outside: `magpie bench URL`. It gets people, a room of theirs, and messages by the clock;
//! they stay there, for nothing takes people away again.

use std::{
    fmt,
    net::{SocketAddr, ToSocketAddrs as _},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};

use crate::{connect::connect, figures::percentile, fleet::Fleet, magpie::Person, post, progress::Progress};

/// Accounts that the receivers share.
const ACCOUNTS: usize = 100;
/// Messages before anything is measured.
const WARM_UP: u32 = 20;

/// What to measure.
#[derive(Clone, Copy, Debug)]
pub struct Wishes {
    /// Connections that receive; one of them sends.
    pub receivers: usize,
    /// Messages in a second.
    pub rate: u32,
    /// How long.
    pub seconds: f64,
}

/// What was measured. Shows itself as a few lines.
#[derive(Clone, Copy, Debug)]
pub struct Outcome {
    wishes: Wishes,
    messages: u32,
    opened_per_second: f64,
    /// Milliseconds from the moment a message was due to its acknowledgement: median, and 99 of 100.
    acknowledged: [f64; 2],
    /// The same to each delivery.
    delivered: [f64; 2],
}

/// The server's address in `http://host:port`, with or without a path behind it.
///
/// # Errors
/// A sentence, when it is something else or leads nowhere.
pub fn address(url: &str) -> Result<SocketAddr> {
    let Some(rest) = url.strip_prefix("http://") else {
        bail!(
            "give an address such as http://127.0.0.1:3000; where TLS ends in front of the server, measure behind it"
        );
    };
    let host = rest.split('/').next().unwrap_or_default();
    let with_port = if host.contains(':') {
        host.to_owned()
    } else {
        format!("{host}:80")
    };
    let mut found = with_port
        .to_socket_addrs()
        .with_context(|| format!("cannot find {host}"))?;
    found
        .find(SocketAddr::is_ipv4)
        .with_context(|| format!("{host} has no IPv4 address"))
}

/// Measures.
///
/// # Errors
/// The server cannot be reached, refuses, or stalls.
pub fn measure(server: SocketAddr, wishes: Wishes) -> Result<Outcome> {
    let accounts = wishes.receivers.clamp(1, ACCOUNTS);
    let people = Person::sign_up(server, accounts)
        .context("people cannot be signed up (on a server with --no-rate-limits they can)")?;
    let room = people[0].create_room(server, "Bench")?;
    for person in &people[1..] {
        person.join_room(server, room)?;
    }
    let whose = |index: usize| &people[index % accounts];
    let start = Instant::now();
    let mut fleet = Fleet::of(connect(server, "/ws", wishes.receivers, |index| {
        whose(index).credential()
    })?)?;
    let opened_per_second = wishes.receivers as f64 / start.elapsed().as_secs_f64();
    for index in 0..wishes.receivers {
        fleet.send(index, &whose(index).hello(&[room]))?;
    }
    let mut frames = 0;
    while frames < wishes.receivers * 4 {
        fleet.turn(Duration::from_secs(1), |_, seen| frames += seen.frames as usize)?;
    }

    let messages = (f64::from(wishes.rate) * wishes.seconds).ceil().max(1.0) as u32;
    let mut talk = Talk::of(wishes.receivers);
    talk.run(&mut fleet, room, wishes.rate, WARM_UP)?;
    talk.delivered.clear();
    talk.acknowledged.clear();
    talk.run(&mut fleet, room, wishes.rate, messages)?;
    let shares = |delays: &mut Vec<f64>| [0.5, 0.99].map(|share| percentile(delays, share));
    Ok(Outcome {
        wishes,
        messages,
        opened_per_second,
        acknowledged: shares(&mut talk.acknowledged),
        delivered: shares(&mut talk.delivered),
    })
}

/// A conversation by the clock. Who is late, is late from the moment it was due.
struct Talk {
    due: Vec<Instant>,
    progress: Progress,
    acknowledged: Vec<f64>,
    delivered: Vec<f64>,
    answers: usize,
}

impl Talk {
    fn of(receivers: usize) -> Self {
        Self {
            due: Vec::new(),
            progress: Progress::of(receivers),
            acknowledged: Vec::new(),
            delivered: Vec::new(),
            answers: 0,
        }
    }

    /// Posts so many more, and waits until everybody has them.
    fn run(&mut self, fleet: &mut Fleet, room: u64, rate: u32, messages: u32) -> Result<()> {
        let (start, first) = (Instant::now(), self.due.len());
        let all = first + messages as usize;
        while self.progress.done < all as u64 || self.answers < all {
            let next = start + Duration::from_secs(1) / rate.max(1) * (self.due.len() - first) as u32;
            if self.due.len() < all && Instant::now() >= next {
                self.due.push(next);
                fleet.send(0, &post::magpie(room, self.due.len() as u64))?;
            }
            let Self {
                due,
                progress,
                acknowledged,
                delivered,
                answers,
            } = self;
            fleet.turn(Duration::from_millis(1), |connection, seen| {
                let now = Instant::now();
                let since = |message: usize| now.duration_since(due[message]).as_secs_f64() * 1e3;
                for _ in 0..seen.acknowledged {
                    acknowledged.push(since(*answers));
                    *answers += 1;
                }
                let arrived = progress.note(connection, seen);
                delivered.extend(arrived.map(|message| since(message as usize)));
            })?;
        }
        Ok(())
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            wishes,
            messages,
            opened_per_second,
            acknowledged,
            delivered,
        } = self;
        let deliveries = u64::from(*messages) * wishes.receivers as u64;
        writeln!(
            formatter,
            "{} connections, opened {opened_per_second:.0} in a second",
            wishes.receivers
        )?;
        writeln!(
            formatter,
            "{messages} messages, {} in a second: {deliveries} deliveries",
            wishes.rate
        )?;
        let [half, most] = acknowledged;
        writeln!(
            formatter,
            "acknowledged after {half:.1} ms, 99 of 100 after {most:.1} ms"
        )?;
        let [half, most] = delivered;
        write!(formatter, "delivered after {half:.1} ms, 99 of 100 after {most:.1} ms")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_names_the_server() {
        for url in ["http://127.0.0.1:3000", "http://127.0.0.1:3000/rooms/general"] {
            assert_eq!(address(url).expect(url), "127.0.0.1:3000".parse().expect("an address"));
        }
        assert_eq!(address("http://127.0.0.1").expect("a port").port(), 80);
        for url in ["https://127.0.0.1", "127.0.0.1:3000", "http://"] {
            assert!(address(url).is_err(), "{url}");
        }
    }
}
