//! The tables, as Markdown between two marks of a document.

use std::{fmt::Write as _, fs, path::Path, process::Command};

use anyhow::{Context as _, Result};

use crate::{
    figures::median,
    options::Options,
    scenarios::{
        catch_up::{self, CatchUp},
        deflate::Deflate,
        fan_out::{self, FanOut, IN_FLIGHT},
        idle::Idle,
        latency::{Latency, RATE},
        posts::{Posts, SENDERS},
        roads::{MESSAGES, READERS, Road},
        rooms::{self, Rooms},
        slow::{SLOW, Slow},
        start::Start,
        storm::{self, Storm},
        upgrades::Upgrades,
    },
    server::Kind,
};

const BEGIN: &str = "<!-- figures: begin (written by make bench) -->";
const END: &str = "<!-- figures: end -->";

/// Everything that was measured; what was not asked for is empty.
#[derive(Default)]
pub struct Figures {
    /// All rounds.
    pub fan_out: Vec<FanOut>,
    /// This process.
    pub deflate: Option<Deflate>,
    /// All rounds.
    pub rooms: Vec<Rooms>,
    /// All rounds.
    pub upgrades: Vec<Upgrades>,
    /// Magpie.
    pub storm: Option<Storm>,
    /// Magpie.
    pub catch_up: Vec<CatchUp>,
    /// All rounds.
    pub latency: Vec<Latency>,
    /// All rounds.
    pub slow: Vec<Slow>,
    /// All rounds.
    pub posts: Vec<Posts>,
    /// The disk's own median, in milliseconds, of each round.
    pub disk: Vec<f64>,
    /// Node and Magpie, without and with TLS.
    pub idle: Vec<Idle>,
    /// Magpie.
    pub start: Option<Start>,
    /// Three roads.
    pub roads: Vec<Road>,
}

impl Figures {
    /// All tables.
    pub fn tables(&self, options: &Options) -> Result<String> {
        let mut text = machine(options)?;
        if !self.fan_out.is_empty() {
            self.write_fan_out(&mut text, options)?;
        }
        if let Some(deflate) = self.deflate {
            self.write_deflate(&mut text, deflate)?;
        }
        if !self.rooms.is_empty() {
            self.write_rooms(&mut text)?;
        }
        if !self.latency.is_empty() {
            self.write_latency(&mut text, options)?;
        }
        if !self.slow.is_empty() {
            self.write_slow(&mut text, options)?;
        }
        if !self.posts.is_empty() {
            self.write_posts(&mut text)?;
        }
        if !self.upgrades.is_empty() {
            self.write_upgrades(&mut text)?;
        }
        if !self.idle.is_empty() {
            self.write_idle(&mut text)?;
        }
        if let Some(Storm { clients, time, p99 }) = self.storm {
            writeln!(
                text,
                "\n### {clients} clients come back after a restart, {} rooms have changed\n\n| | Magpie |\n|---|--:|",
                storm::ROOMS
            )?;
            writeln!(text, "| until everybody knows what they missed, s | {time:.1} |")?;
            writeln!(text, "| acknowledgement of live posts meanwhile, p99 ms | {p99:.0} |")?;
        }
        if !self.catch_up.is_empty() {
            self.write_catch_up(&mut text)?;
        }
        if let Some(Start { first_page, idle_mib }) = self.start {
            writeln!(text, "\n### Start\n\n| | Magpie |\n|---|--:|")?;
            writeln!(
                text,
                "| program started → last byte of a room's page, ms | {first_page:.0} |"
            )?;
            writeln!(text, "| memory afterwards, MiB | {idle_mib:.1} |")?;
        }
        if !self.roads.is_empty() {
            self.write_roads(&mut text)?;
        }
        Ok(text)
    }

    fn write_fan_out(&self, text: &mut String, options: &Options) -> Result<()> {
        for in_flight in IN_FLIGHT {
            writeln!(text, "\n### One sender, {in_flight} in flight\n")?;
            writeln!(
                text,
                "| receivers | server | CPU µs per delivery | × raw | × Node | deliveries/s | load generator, CPU µs |"
            )?;
            writeln!(text, "|--:|---|--:|--:|--:|--:|--:|")?;
            for receivers in &options.receivers {
                let of = |kind: Kind, figure: fn(&FanOut) -> f64| {
                    let same =
                        |row: &&FanOut| (row.kind, row.receivers, row.in_flight) == (kind, *receivers, in_flight);
                    median(self.fan_out.iter().filter(same).map(figure).collect())
                };
                for kind in fan_out::kinds(*receivers) {
                    let cpu = of(kind, |row| row.cpu);
                    let (raw, node) = (cpu / of(Kind::Raw, |row| row.cpu), cpu / of(Kind::Node, |row| row.cpu));
                    let (rate, own) = (of(kind, |row| row.per_second), of(kind, |row| row.own_cpu));
                    let name = kind.name();
                    writeln!(
                        text,
                        "| {receivers} | {name} | {cpu:.2} | {raw:.2} | {node:.2} | {rate:.0} | {own:.2} |"
                    )?;
                }
            }
        }
        Ok(())
    }

    /// What it would cost, beside what delivering it costs: the same message to a thousand, and in the cheapest of our rows.
    fn write_deflate(&self, text: &mut String, deflate: Deflate) -> Result<()> {
        let Deflate {
            plain,
            deflated,
            alone,
            cpu,
            kib,
        } = deflate;
        writeln!(text, "\n### permessage-deflate on live frames, if it were offered\n")?;
        writeln!(
            text,
            "| one message to one connection | bytes | server CPU µs | KiB of memory |\n|---|--:|--:|--:|"
        )?;
        for in_flight in IN_FLIGHT {
            let same = |row: &&FanOut| (row.kind, row.receivers, row.in_flight) == (Kind::Magpie, 1_000, in_flight);
            let deliveries: Vec<f64> = self.fan_out.iter().filter(same).map(|row| row.cpu).collect();
            if !deliveries.is_empty() {
                let cpu = median(deliveries);
                writeln!(
                    text,
                    "| delivered to 1000 as it is, {in_flight} in flight | {plain:.0} | {cpu:.2} | 0 |"
                )?;
            }
        }
        writeln!(
            text,
            "| deflated before, with a context for each connection | {deflated:.0} | + {cpu:.2} | + {kib:.0} |"
        )?;
        writeln!(text, "| deflated once for all, without a context | {alone:.0} | | 0 |")?;
        Ok(())
    }

    fn write_slow(&self, text: &mut String, options: &Options) -> Result<()> {
        let of = |figure: fn(&Slow) -> f64| median(self.slow.iter().map(figure).collect());
        let (alone, beside) = (of(|row| row.alone), of(|row| row.beside));
        writeln!(
            text,
            "\n### {RATE} messages/s to {} receivers, and {SLOW} more that do not read\n\n| | Magpie |\n|---|--:|",
            options.latency_receivers
        )?;
        writeln!(
            text,
            "| delivery to those who read, by themselves, p99 ms | {alone:.1} |"
        )?;
        writeln!(text, "| the same beside those who do not, p99 ms | {beside:.1} |")?;
        writeln!(text, "| × | {:.2} |", of(|row| row.beside / row.alone))?;
        writeln!(
            text,
            "| memory of the server for each that does not read, KiB | {:.0} |",
            of(|row| row.kib)
        )?;
        writeln!(
            text,
            "| until they have everything, once they read again, s | {:.1} |",
            of(|row| row.healed)
        )?;
        Ok(())
    }

    fn write_rooms(&self, text: &mut String) -> Result<()> {
        let (rooms, members) = (rooms::ROOMS, rooms::MEMBERS);
        let one = median(self.rooms.iter().map(|row| row.one).collect());
        let many = median(self.rooms.iter().map(|row| row.many).collect());
        writeln!(
            text,
            "\n### Many rooms, one in flight in each\n\n| rooms × members | CPU µs per delivery | × one room |\n|---|--:|--:|"
        )?;
        writeln!(text, "| 1 × {} | {one:.2} | 1.00 |", rooms * members)?;
        writeln!(text, "| {rooms} × {members} | {many:.2} | {:.2} |", many / one)?;
        Ok(())
    }

    fn write_upgrades(&self, text: &mut String) -> Result<()> {
        writeln!(
            text,
            "\n### Handshakes\n\n| server | opened per second | server CPU µs each |\n|---|--:|--:|"
        )?;
        for kind in Kind::ALL {
            let of = |figure: fn(&Upgrades) -> f64| {
                median(
                    self.upgrades
                        .iter()
                        .filter(|row| row.kind == kind)
                        .map(figure)
                        .collect(),
                )
            };
            writeln!(
                text,
                "| {} | {:.0} | {:.0} |",
                kind.name(),
                of(|row| row.per_second),
                of(|row| row.cpu)
            )?;
        }
        Ok(())
    }

    fn write_catch_up(&self, text: &mut String) -> Result<()> {
        writeln!(
            text,
            "\n### Catching up on {} changes\n\n| messages in the room | ms to the last change | server CPU ms |\n|--:|--:|--:|",
            catch_up::MISSED
        )?;
        for CatchUp { history, time, cpu } in &self.catch_up {
            writeln!(text, "| {history} | {time:.1} | {cpu:.1} |")?;
        }
        Ok(())
    }

    fn write_latency(&self, text: &mut String, options: &Options) -> Result<()> {
        writeln!(
            text,
            "\n### {RATE} messages/s to {} receivers\n",
            options.latency_receivers
        )?;
        writeln!(
            text,
            "| server | p50 ms | p99 ms | CPU, share of one core |\n|---|--:|--:|--:|"
        )?;
        for kind in Kind::ALL {
            let of = |figure: fn(&Latency) -> f64| {
                median(self.latency.iter().filter(|row| row.kind == kind).map(figure).collect())
            };
            let (p50, p99, load) = (of(|row| row.p50), of(|row| row.p99), of(|row| row.load) * 100.0);
            writeln!(text, "| {} | {p50:.1} | {p99:.1} | {load:.0} % |", kind.name())?;
        }
        Ok(())
    }

    fn write_posts(&self, text: &mut String) -> Result<()> {
        writeln!(
            text,
            "\n### Durable posts\n\nfdatasync of this disk, median: {:.2} ms.\n",
            median(self.disk.clone())
        )?;
        writeln!(
            text,
            "| senders | in flight, each | posts/s | p50 ms | p99 ms | server CPU µs per post |"
        )?;
        writeln!(text, "|--:|--:|--:|--:|--:|--:|")?;
        for (senders, in_flight) in SENDERS {
            let of = |figure: fn(&Posts) -> f64| {
                let same = |row: &&Posts| (row.senders, row.in_flight) == (senders, in_flight);
                median(self.posts.iter().filter(same).map(figure).collect())
            };
            let (rate, p50, p99, cpu) = (
                of(|row| row.per_second),
                of(|row| row.p50),
                of(|row| row.p99),
                of(|row| row.cpu),
            );
            writeln!(
                text,
                "| {senders} | {in_flight} | {rate:.0} | {p50:.2} | {p99:.2} | {cpu:.0} |"
            )?;
        }
        Ok(())
    }

    fn write_idle(&self, text: &mut String) -> Result<()> {
        writeln!(
            text,
            "\n### Idle connections\n\n| server | connections | KiB each | opened per second | CPU, share of one core |"
        )?;
        writeln!(text, "|---|--:|--:|--:|--:|")?;
        for Idle {
            kind,
            connections,
            kib,
            opened_per_second,
            load,
        } in &self.idle
        {
            let load = load * 100.0;
            writeln!(
                text,
                "| {} | {connections} | {kib:.1} | {opened_per_second:.0} | {load:.1} % |",
                kind.name()
            )?;
        }
        Ok(())
    }

    fn write_roads(&self, text: &mut String) -> Result<()> {
        writeln!(
            text,
            "\n### The same conversation by three roads: {MESSAGES} messages to {READERS} readers\n"
        )?;
        writeln!(
            text,
            "| road | requests | KiB | server CPU ms | delay p50 ms | p99 ms |\n|---|--:|--:|--:|--:|--:|"
        )?;
        for Road {
            name,
            requests,
            kib,
            cpu,
            p50,
            p99,
        } in &self.roads
        {
            writeln!(
                text,
                "| {name} | {requests} | {kib:.0} | {cpu:.0} | {p50:.1} | {p99:.1} |"
            )?;
        }
        Ok(())
    }
}

/// What was measured on, and how long.
fn machine(options: &Options) -> Result<String> {
    let cores = std::thread::available_parallelism()?;
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease")?;
    let processors = fs::read_to_string("/proc/cpuinfo")?;
    let model = processors
        .lines()
        .find_map(|line| line.strip_prefix("model name"))
        .unwrap_or(": unknown");
    let load = fs::read_to_string("/proc/loadavg")?;
    let load = load.split(' ').nth(1).context("no load")?;
    let node = Command::new("node")
        .arg("--version")
        .output()
        .context("Node is missing")?;
    Ok(format!(
        "{cores} cores ({}), Linux {}, Node {}. {} s for each measurement, {} rounds, medians. Load of the machine over the\n\
         last five minutes, this measurement included: {load}.\n",
        model.trim_start_matches([' ', '\t', ':']),
        kernel.trim(),
        String::from_utf8_lossy(&node.stdout).trim(),
        options.seconds,
        options.rounds,
    ))
}

/// Puts the tables between the marks.
pub fn write(document: &Path, tables: &str) -> Result<()> {
    let text = fs::read_to_string(document).with_context(|| format!("{} cannot be read", document.display()))?;
    fs::write(document, replaced(&text, tables)?)?;
    Ok(())
}

fn replaced(text: &str, tables: &str) -> Result<String> {
    let (before, rest) = text
        .split_once(BEGIN)
        .context("the document has no place for figures")?;
    let (_, after) = rest.split_once(END).context("the place for figures has no end")?;
    Ok(format!("{before}{BEGIN}\n\n{tables}\n{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_between_the_marks_is_replaced() {
        let text = format!("before\n{BEGIN}\nold\n{END}\nafter\n");
        let text = replaced(&text, "new\n").expect("both marks are there");
        assert_eq!(text, format!("before\n{BEGIN}\n\nnew\n\n{END}\nafter\n"));
        assert!(replaced("no marks", "new").is_err());
    }
}
