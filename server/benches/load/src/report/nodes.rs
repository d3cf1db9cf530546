//! What it costs to be several.

use std::fmt::Write as _;

use anyhow::Result;

use super::Figures;
use crate::{
    figures::median,
    scenarios::{
        fan_out::IN_FLIGHT,
        nodes::{Bus, Nodes, RECEIVERS, SETTINGS},
    },
};

impl Figures {
    pub(super) fn write_nodes(&self, text: &mut String) -> Result<()> {
        writeln!(
            text,
            "\n### One sender, {RECEIVERS} receivers, several nodes over PostgreSQL\n\n\
             | in flight | nodes | bus | CPU µs per delivery, all nodes | × one node | bus CPU µs per message and node \
             | database CPU µs per message | deliveries/s |\n|--:|--:|---|--:|--:|--:|--:|--:|"
        )?;
        for in_flight in IN_FLIGHT {
            let alone = self.of_nodes(SETTINGS[0], in_flight, |row| row.cpu);
            for (nodes, bus) in SETTINGS {
                let of = |figure: fn(&Nodes) -> f64| self.of_nodes((nodes, bus), in_flight, figure);
                let (cpu, rate) = (of(|row| row.cpu), of(|row| row.per_second));
                let (database, ratio) = (of(|row| row.database_cpu), cpu / alone);
                let nats = match bus {
                    Bus::None => String::new(),
                    Bus::Nats => format!("{:.0} ", of(|row| row.nats_cpu)),
                };
                writeln!(
                    text,
                    "| {in_flight} | {nodes} | {} | {cpu:.2} | {ratio:.2} | {nats}| {database:.0} | {rate:.0} |",
                    bus.name()
                )?;
            }
        }
        Ok(())
    }

    /// The median of all rounds.
    pub(super) fn of_nodes(&self, setting: (usize, Bus), in_flight: u64, figure: fn(&Nodes) -> f64) -> f64 {
        let same = |row: &&Nodes| ((row.nodes, row.bus), row.in_flight) == (setting, in_flight);
        median(self.nodes.iter().filter(same).map(figure).collect())
    }
}
