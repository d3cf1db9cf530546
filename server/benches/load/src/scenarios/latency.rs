//! A steady conversation: how long until a message is there?

use std::time::{Duration, Instant};

use anyhow::Result;

use crate::{
    crowd::Crowd, figures::percentile, options::Options, process::cpu_seconds, progress::Progress, server::Kind,
};

/// Messages in a second.
pub const RATE: u32 = 50;

/// One measurement.
#[derive(Clone, Copy, Debug)]
pub struct Latency {
    /// Which server.
    pub kind: Kind,
    /// Milliseconds from the moment a message was due to be sent to its delivery: half of the deliveries.
    pub p50: f64,
    /// The same, 99 of 100.
    pub p99: f64,
    /// Share of one core that the server used.
    pub load: f64,
}

/// Measures every server once.
pub fn round(options: &Options) -> Result<Vec<Latency>> {
    Kind::ALL.into_iter().map(|kind| measure(kind, options)).collect()
}

fn measure(kind: Kind, options: &Options) -> Result<Latency> {
    let mut crowd = Crowd::gather(kind, options.latency_receivers, options)?;
    let (cpu, start) = (cpu_seconds(crowd.server.process())?, Instant::now());
    let mut delays = converse(&mut crowd, options.seconds * 2.0)?;
    let load = (cpu_seconds(crowd.server.process())? - cpu) / start.elapsed().as_secs_f64();
    Ok(Latency {
        kind,
        p50: percentile(&mut delays, 0.5),
        p99: percentile(&mut delays, 0.99),
        load,
    })
}

/// Sends by the clock, whether or not the last message has arrived; who is late, is late from the moment it was due. Gives the
/// milliseconds of each delivery.
pub fn converse(crowd: &mut Crowd, seconds: f64) -> Result<Vec<f64>> {
    let messages = (f64::from(RATE) * seconds).ceil() as u32;
    let mut progress = Progress::of(crowd.fleet.size());
    let mut due: Vec<Instant> = Vec::new();
    let mut delays = Vec::with_capacity(messages as usize * crowd.fleet.size());
    let start = Instant::now();
    while progress.done < u64::from(messages) {
        let next = start + Duration::from_secs(1) / RATE * due.len() as u32;
        let all_sent = due.len() == messages as usize;
        if !all_sent && Instant::now() >= next {
            crowd.post()?;
            due.push(next);
        }
        // The kernel waits in whole milliseconds: the rest of one is spent asking again and again.
        let wait = if all_sent {
            Duration::from_secs(1)
        } else {
            next.saturating_duration_since(Instant::now())
        };
        let wait = Duration::from_millis(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX));
        crowd.fleet.turn(wait, |connection, seen| {
            let now = Instant::now();
            let arrived = progress.note(connection, seen);
            delays.extend(arrived.map(|message| now.duration_since(due[message as usize]).as_secs_f64() * 1e3));
        })?;
    }
    Ok(delays)
}
