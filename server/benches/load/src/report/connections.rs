//! What connections cost: to come, to stay, to come back.

use std::fmt::Write as _;

use anyhow::Result;

use super::Figures;
use crate::{
    figures::median,
    scenarios::{
        catch_up::{self, CatchUp},
        idle::Idle,
        start::Start,
        storm::{self, Storm},
        upgrades::Upgrades,
    },
    server::Kind,
};

impl Figures {
    pub(super) fn write_upgrades(&self, text: &mut String) -> Result<()> {
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

    pub(super) fn write_idle(&self, text: &mut String) -> Result<()> {
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

    pub(super) fn write_storm(&self, text: &mut String) -> Result<()> {
        let of = |figure: fn(&Storm) -> f64| median(self.storm.iter().map(figure).collect());
        writeln!(
            text,
            "\n### {:.0} clients come back after a restart, {} rooms have changed\n\n| | Magpie |\n|---|--:|",
            of(|row| row.clients as f64),
            storm::ROOMS
        )?;
        let (time, p99) = (of(|row| row.time), of(|row| row.p99));
        writeln!(text, "| until everybody knows what they missed, s | {time:.1} |")?;
        writeln!(text, "| acknowledgement of live posts meanwhile, p99 ms | {p99:.0} |")?;
        Ok(())
    }

    pub(super) fn write_catch_up(&self, text: &mut String) -> Result<()> {
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
}

pub(super) fn write_start(text: &mut String, start: Start) -> Result<()> {
    let Start { first_page, idle_mib } = start;
    writeln!(text, "\n### Start\n\n| | Magpie |\n|---|--:|")?;
    writeln!(
        text,
        "| program started → last byte of a room's page, ms | {first_page:.0} |"
    )?;
    writeln!(text, "| memory afterwards, MiB | {idle_mib:.1} |")?;
    Ok(())
}
