//! How news arrive.

use std::fmt::Write as _;

use anyhow::Result;

use super::Figures;
use crate::scenarios::roads::{MESSAGES, READERS, Road};

impl Figures {
    pub(super) fn write_roads(&self, text: &mut String) -> Result<()> {
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
