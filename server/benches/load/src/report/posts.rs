//! What it costs to keep something.

use std::fmt::Write as _;

use anyhow::Result;

use super::Figures;
use crate::{
    figures::median,
    options::Options,
    scenarios::posts::{DEEDS, Database, Deed, Posts, What},
};

impl Figures {
    pub(super) fn write_posts(&self, text: &mut String, options: &Options) -> Result<()> {
        writeln!(
            text,
            "\n### Durable posts\n\nfdatasync of this disk, median: {:.2} ms.",
            median(self.disk.clone())
        )?;
        if !self.postgres_disk.is_empty() {
            let time = median(self.postgres_disk.clone());
            writeln!(text, "Where PostgreSQL keeps its data: {time:.2} ms.")?;
        }
        for (what, heading) in [
            (What::Post, "senders | rooms | in flight, each | posts/s"),
            (What::MarkRead, "readers | rooms | in flight, each | read markers/s"),
        ] {
            writeln!(
                text,
                "\n| database | {heading} | p50 ms | p99 ms | server CPU µs each | database CPU µs each |"
            )?;
            writeln!(text, "|---|--:|--:|--:|--:|--:|--:|--:|--:|")?;
            for database in Database::all(options) {
                for deed in DEEDS.into_iter().filter(|deed| deed.what == what) {
                    self.write_deed(text, *database, deed)?;
                }
            }
        }
        Ok(())
    }

    fn write_deed(&self, text: &mut String, database: Database, deed: Deed) -> Result<()> {
        let of = |figure: fn(&Posts) -> f64| self.of_deed(database, deed, figure);
        let (rate, p50, p99, cpu) = (
            of(|row| row.per_second),
            of(|row| row.p50),
            of(|row| row.p99),
            of(|row| row.cpu),
        );
        // SQLite is part of the server.
        let database_cpu = match database {
            Database::Sqlite => String::new(),
            Database::Postgres => format!("{:.0} ", of(|row| row.database_cpu)),
        };
        let Deed {
            people,
            rooms,
            in_flight,
            ..
        } = deed;
        writeln!(
            text,
            "| {} | {people} | {rooms} | {in_flight} | {rate:.0} | {p50:.2} | {p99:.2} | {cpu:.0} | {database_cpu}|",
            database.name()
        )?;
        Ok(())
    }

    /// The median of all rounds.
    pub(super) fn of_deed(&self, database: Database, deed: Deed, figure: fn(&Posts) -> f64) -> f64 {
        let same = |row: &&Posts| (row.database, row.deed) == (database, deed);
        median(self.posts.iter().filter(same).map(figure).collect())
    }
}
