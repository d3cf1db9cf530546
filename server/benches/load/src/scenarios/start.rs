//! From nothing to the first page, and what is held then.

use std::time::Duration;

use anyhow::Result;

use crate::{
    figures::median,
    http::Http,
    magpie::Person,
    options::Options,
    process::resident_kib,
    server::{Kind, Server},
};

/// Starts that are measured.
const STARTS: usize = 7;

/// One measurement.
#[derive(Clone, Copy, Debug)]
pub struct Start {
    /// Milliseconds from starting the program to the last byte of a room's page.
    pub first_page: f64,
    /// MiB in RAM afterwards.
    pub idle_mib: f64,
}

/// Starts Magpie again and again on the data of one who was there before.
pub fn measure(options: &Options) -> Result<Start> {
    let mut server = Server::start(Kind::Magpie, options)?;
    let people = Person::sign_up(server.address, 1)?;
    let (mut times, mut sizes) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        let before = server.restart(options)?;
        Http::to(server.address, Some(people[0].token.clone()))?.request("GET", "/rooms/general", "")?;
        times.push(before.elapsed().as_secs_f64() * 1e3);
        std::thread::sleep(Duration::from_millis(500));
        sizes.push(resident_kib(server.process())? / 1024.0);
    }
    Ok(Start {
        first_page: median(times),
        idle_mib: median(sizes),
    })
}
