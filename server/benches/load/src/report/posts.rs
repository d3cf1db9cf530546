//! What it costs to keep something.

use std::fmt::Write as _;

use anyhow::Result;

use super::Figures;
use crate::{
    figures::median,
    scenarios::posts::{Posts, SENDERS},
};

impl Figures {
    pub(super) fn write_posts(&self, text: &mut String) -> Result<()> {
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
}
