//! What deliveries cost, and how long they take.

use std::fmt::Write as _;

use anyhow::Result;

use super::Figures;
use crate::{
    figures::median,
    options::Options,
    scenarios::{
        beside::{Beside, LARGE, SMALL},
        deflate::Deflate,
        fan_out::{self, FanOut, IN_FLIGHT},
        latency::{Latency, RATE},
        rooms,
        slow::{SLOW, Slow},
    },
    server::Kind,
};

impl Figures {
    pub(super) fn write_fan_out(&self, text: &mut String, options: &Options) -> Result<()> {
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
    pub(super) fn write_deflate(&self, text: &mut String, deflate: Deflate) -> Result<()> {
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

    pub(super) fn write_rooms(&self, text: &mut String) -> Result<()> {
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

    pub(super) fn write_latency(&self, text: &mut String, options: &Options) -> Result<()> {
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

    pub(super) fn write_beside(&self, text: &mut String) -> Result<()> {
        let of = |figure: fn(&Beside) -> f64| median(self.beside.iter().map(figure).collect());
        writeln!(
            text,
            "\n### A room of {SMALL} beside one of {LARGE} that is never quiet\n\n| | Magpie |\n|---|--:|"
        )?;
        writeln!(
            text,
            "| told in the small room, by itself, p99 ms | {:.1} |",
            of(|row| row.alone)
        )?;
        writeln!(
            text,
            "| the same beside the large one, p99 ms | {:.1} |",
            of(|row| row.beside)
        )?;
        writeln!(
            text,
            "| deliveries/s in the large one meanwhile | {:.0} |",
            of(|row| row.large)
        )?;
        Ok(())
    }

    pub(super) fn write_slow(&self, text: &mut String, options: &Options) -> Result<()> {
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
}
