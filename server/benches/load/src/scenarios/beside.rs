//! A small room beside a very large one that is never quiet: how long does a message in the small one take?

use std::{
    net::SocketAddr,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, anyhow};

use crate::{
    connect::connect, crowd::Crowd, figures::percentile, fleet::Fleet, magpie::Person, options::Options, post,
    progress::Progress, server::Kind,
};

/// Connections that watch the large room.
pub const LARGE: usize = 5_000;
/// Connections that watch the small one.
pub const SMALL: usize = 20;
/// Messages of the large room under way: when one is told, the next is there.
const IN_FLIGHT: u64 = 4;
/// Between two messages in the small room.
const PAUSE: Duration = Duration::from_millis(20);

/// One measurement: milliseconds from a post in the small room until all of it have been told, 99 of 100.
#[derive(Clone, Copy, Debug)]
pub struct Beside {
    /// While nobody else says anything.
    pub alone: f64,
    /// While the large room is told one message after the other.
    pub beside: f64,
    /// What the large room is told meanwhile, deliveries in a second.
    pub large: f64,
}

/// Measures it once.
pub fn round(options: &Options) -> Result<Beside> {
    let mut large = Crowd::gather(Kind::Magpie, LARGE, options)?;
    let mut small = Small::gather(large.server.address)?;
    let mut alone = small.talk(options.seconds)?;
    let (is_over, start) = (AtomicBool::new(false), Instant::now());
    let (beside, told) = thread::scope(|scope| {
        let noise = scope.spawn(|| never_quiet(&mut large, &is_over));
        // Its first messages are on their way.
        thread::sleep(Duration::from_millis(200));
        let beside = small.talk(options.seconds);
        is_over.store(true, Relaxed);
        (beside, noise.join())
    });
    let told = told.map_err(|_| anyhow!("the large room's thread panicked"))??;
    Ok(Beside {
        alone: percentile(&mut alone, 0.99),
        beside: percentile(&mut beside?, 0.99),
        large: (told * LARGE as u64) as f64 / start.elapsed().as_secs_f64(),
    })
}

/// Posts without a pause, and gives how many messages everybody was told.
fn never_quiet(crowd: &mut Crowd, is_over: &AtomicBool) -> Result<u64> {
    let mut progress = Progress::of(LARGE);
    let mut posted = 0;
    while !is_over.load(Relaxed) || progress.done < posted {
        while !is_over.load(Relaxed) && posted < progress.done + IN_FLIGHT {
            crowd.post()?;
            posted += 1;
        }
        crowd.fleet.turn(Duration::from_secs(1), |connection, seen| {
            progress.note(connection, seen);
        })?;
    }
    Ok(posted)
}

struct Small {
    fleet: Fleet,
    room: u64,
    progress: Progress,
    posted: u64,
}

impl Small {
    fn gather(server: SocketAddr) -> Result<Self> {
        let people = Person::sign_up(server, SMALL)?;
        let room = people[0].create_room(server, "A few")?;
        for person in &people[1..] {
            person.join_room(server, room)?;
        }
        let mut fleet = Fleet::of(connect(server, "/ws", SMALL, |index| people[index].credential())?)?;
        for (index, person) in people.iter().enumerate() {
            fleet.send(index, &person.hello(&[room]))?;
        }
        fleet.idle(Duration::from_millis(500))?;
        fleet.acknowledge_at_once()?;
        Ok(Self {
            fleet,
            room,
            progress: Progress::of(SMALL),
            posted: 0,
        })
    }

    /// One message after the other, with pauses. Gives how many milliseconds each took.
    fn talk(&mut self, seconds: f64) -> Result<Vec<f64>> {
        let mut times = Vec::new();
        let end = Instant::now() + Duration::from_secs_f64(seconds);
        while Instant::now() < end {
            let start = Instant::now();
            self.posted += 1;
            self.fleet.send(0, &post::magpie(self.room, self.posted))?;
            while self.progress.done < self.posted {
                self.fleet.turn(Duration::from_secs(1), |connection, seen| {
                    self.progress.note(connection, seen);
                })?;
            }
            times.push(start.elapsed().as_secs_f64() * 1e3);
            self.fleet.idle(PAUSE)?;
        }
        Ok(times)
    }
}
