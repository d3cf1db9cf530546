//! One sender, a room full of receivers: what does one delivery cost the server?

use std::time::{Duration, Instant};

use anyhow::Result;

use crate::{
    crowd::Crowd,
    options::Options,
    process::{OTHER_FILES, cpu_seconds, descriptors},
    progress::Progress,
    server::{Kind, Serves},
};

/// Messages that the sender keeps under way: one, and a few.
pub const IN_FLIGHT: [u64; 2] = [1, 16];
/// The size in which Magpie is measured under TLS, too.
const TLS_RECEIVERS: usize = 1_000;

/// Who is measured in a size, in the order of the tables.
pub fn kinds(receivers: usize) -> impl Iterator<Item = Kind> {
    Kind::ALL
        .into_iter()
        .chain((receivers == TLS_RECEIVERS).then_some(Kind::MagpieTls))
}

/// One measurement.
#[derive(Clone, Copy, Debug)]
pub struct FanOut {
    /// Which server.
    pub kind: Kind,
    /// How many receive.
    pub receivers: usize,
    /// How many messages were under way.
    pub in_flight: u64,
    /// Messages that reached everybody.
    pub messages: u64,
    /// Server CPU for one delivery, in microseconds.
    pub cpu: f64,
    /// The load generator's own, for the same.
    pub own_cpu: f64,
    /// Deliveries per second.
    pub per_second: f64,
}

/// How often the servers take turns within one measurement: what else the machine does falls to all of them.
pub const TURNS: u32 = 8;

/// Measures every server once in each size.
pub fn round(options: &Options) -> Result<Vec<FanOut>> {
    let mut figures = Vec::new();
    for receivers in options.receivers.iter().copied() {
        let fit = descriptors()?.saturating_sub(OTHER_FILES) / receivers;
        let mut kinds: Vec<Kind> = kinds(receivers).collect();
        // Where not all have room at the same time, the one that no goal is about goes by itself.
        kinds.sort_by_key(|kind| *kind == Kind::Axum);
        for kinds in kinds.chunks(fit.max(1)) {
            figures.extend(by_turns(kinds, receivers, options)?);
        }
    }
    Ok(figures)
}

/// Measures some servers, all of which run meanwhile.
fn by_turns(kinds: &[Kind], receivers: usize, options: &Options) -> Result<Vec<FanOut>> {
    let crowds = kinds
        .iter()
        .map(|kind| Ok((*kind, Crowd::gather(*kind, receivers, options)?)));
    let mut crowds = crowds.collect::<Result<Vec<_>>>()?;
    let mut figures = Vec::new();
    for in_flight in IN_FLIGHT {
        let mut turns = vec![Vec::new(); crowds.len()];
        for _ in 0..TURNS {
            for ((kind, crowd), turns) in crowds.iter_mut().zip(&mut turns) {
                turns.push(measure(crowd, *kind, in_flight, options.seconds / f64::from(TURNS))?);
            }
        }
        figures.extend(turns.iter().map(|turns| together(turns)));
    }
    Ok(figures)
}

/// One server's turns as one measurement.
fn together(turns: &[FanOut]) -> FanOut {
    let messages: u64 = turns.iter().map(|turn| turn.messages).sum();
    let mean = |figure: fn(&FanOut) -> f64| {
        let weighed = turns.iter().map(|turn| figure(turn) * turn.messages as f64);
        weighed.sum::<f64>() / messages as f64
    };
    FanOut {
        messages,
        cpu: mean(|turn| turn.cpu),
        own_cpu: mean(|turn| turn.own_cpu),
        per_second: 1.0 / mean(|turn| 1.0 / turn.per_second),
        ..turns[0]
    }
}

/// Keeps `in_flight` messages under way: the next is sent when the oldest has reached everybody.
pub fn measure<S: Serves>(crowd: &mut Crowd<S>, kind: Kind, in_flight: u64, seconds: f64) -> Result<FanOut> {
    let receivers = crowd.fleet.size();
    let own = std::process::id();
    let mut progress = Progress::of(receivers);
    let mut posted = 0;
    let (cpu, own_cpu, start) = (crowd.server.cpu_seconds()?, cpu_seconds(own)?, Instant::now());
    loop {
        let ending = start.elapsed().as_secs_f64() >= seconds;
        while !ending && posted < progress.done + in_flight {
            crowd.post()?;
            posted += 1;
        }
        if ending && progress.done == posted {
            break;
        }
        crowd.fleet.turn(Duration::from_secs(1), |connection, seen| {
            progress.note(connection, seen);
        })?;
    }
    let time = start.elapsed().as_secs_f64();
    let deliveries = posted as f64 * receivers as f64;
    Ok(FanOut {
        kind,
        receivers,
        in_flight,
        messages: posted,
        cpu: (crowd.server.cpu_seconds()? - cpu) * 1e6 / deliveries,
        own_cpu: (cpu_seconds(own)? - own_cpu) * 1e6 / deliveries,
        per_second: deliveries / time,
    })
}
