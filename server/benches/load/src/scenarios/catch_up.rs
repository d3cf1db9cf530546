//! A reader comes back: what does it cost to tell what was missed, however long the room's history is?

use std::time::{Duration, Instant};

use anyhow::Result;

use crate::{
    connect::connect,
    figures::median,
    fleet::Fleet,
    magpie::Person,
    options::Options,
    post,
    process::cpu_seconds,
    server::{Kind, Server},
};

/// Changes that were missed: as many as can be told without starting over.
pub const MISSED: u64 = 5_000;
/// Posts under way while the history is made.
const IN_FLIGHT: u64 = 256;
/// Readers that come back, one after the other.
const READERS: usize = 20;

/// One measurement.
#[derive(Clone, Copy, Debug)]
pub struct CatchUp {
    /// Messages in the room.
    pub history: u64,
    /// Milliseconds from `hello` to the last of the changes, half of the readers.
    pub time: f64,
    /// Server CPU for one reader, in milliseconds.
    pub cpu: f64,
}

/// Measures each length of history, in the same room.
pub fn measure(options: &Options) -> Result<Vec<CatchUp>> {
    let server = Server::start(Kind::Magpie, options)?;
    let people = Person::sign_up(server.address, 1)?;
    let room = people[0].first_room()?;
    let mut posted = 0;
    let mut figures = Vec::new();
    for history in options.history.iter().copied() {
        write(&server, &people[0], room, posted, history.max(MISSED))?;
        posted = history.max(MISSED);
        figures.push(read(&server, &people[0], room, posted)?);
    }
    Ok(figures)
}

/// Posts until the room has that many messages.
fn write(server: &Server, person: &Person, room: u64, mut posted: u64, history: u64) -> Result<()> {
    let mut fleet = Fleet::of(connect(server.address, "/ws", 1, |_| person.credential())?)?;
    fleet.send(0, &person.hello(&[]))?;
    let mut acknowledged = posted;
    while acknowledged < history {
        while posted < history.min(acknowledged + IN_FLIGHT) {
            posted += 1;
            fleet.send(0, &post::magpie(room, posted))?;
        }
        fleet.turn(Duration::from_secs(1), |_, seen| {
            acknowledged += u64::from(seen.acknowledged)
        })?;
    }
    Ok(())
}

fn read(server: &Server, person: &Person, room: u64, history: u64) -> Result<CatchUp> {
    let person = Person::look_up(server.address, person.token.clone())?;
    let hello = person.hello_after(room, person.head(room)? - MISSED);
    let mut times = Vec::new();
    let cpu = cpu_seconds(server.process())?;
    for _ in 0..READERS {
        let mut fleet = Fleet::of(connect(server.address, "/ws", 1, |_| person.credential())?)?;
        let start = Instant::now();
        fleet.send(0, &hello)?;
        let mut received = 0;
        while received < MISSED {
            fleet.turn(Duration::from_secs(1), |_, seen| received += u64::from(seen.messages))?;
        }
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    Ok(CatchUp {
        history,
        time: median(times),
        cpu: (cpu_seconds(server.process())? - cpu) * 1e3 / READERS as f64,
    })
}
