//! All tables, in the order in which they are read.

use anyhow::Result;

use super::{capacity::Coefficients, connections::write_start, document};
use crate::{
    options::Options,
    scenarios::{
        beside::Beside, catch_up::CatchUp, deflate::Deflate, fan_out::FanOut, idle::Idle, latency::Latency,
        nodes::Nodes, posts::Posts, roads::Road, rooms::Rooms, slow::Slow, start::Start, storm::Storm,
        upgrades::Upgrades,
    },
};

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
    /// All rounds.
    pub storm: Vec<Storm>,
    /// Magpie.
    pub catch_up: Vec<CatchUp>,
    /// All rounds.
    pub latency: Vec<Latency>,
    /// All rounds.
    pub beside: Vec<Beside>,
    /// All rounds.
    pub slow: Vec<Slow>,
    /// All rounds.
    pub posts: Vec<Posts>,
    /// The disk's own median, in milliseconds, of each round.
    pub disk: Vec<f64>,
    /// The same where PostgreSQL keeps its data.
    pub postgres_disk: Vec<f64>,
    /// All rounds.
    pub nodes: Vec<Nodes>,
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
        let mut text = document::machine(options)?;
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
        if !self.beside.is_empty() {
            self.write_beside(&mut text)?;
        }
        if !self.slow.is_empty() {
            self.write_slow(&mut text, options)?;
        }
        if !self.posts.is_empty() {
            self.write_posts(&mut text, options)?;
        }
        if !self.nodes.is_empty() {
            self.write_nodes(&mut text)?;
        }
        if !self.upgrades.is_empty() {
            self.write_upgrades(&mut text)?;
        }
        if !self.idle.is_empty() {
            self.write_idle(&mut text)?;
        }
        if !self.storm.is_empty() {
            self.write_storm(&mut text)?;
        }
        if !self.catch_up.is_empty() {
            self.write_catch_up(&mut text)?;
        }
        if let Some(start) = self.start {
            write_start(&mut text, start)?;
        }
        if !self.roads.is_empty() {
            self.write_roads(&mut text)?;
        }
        if let Some(coefficients) = Coefficients::of(self) {
            coefficients.write(&mut text)?;
        }
        Ok(text)
    }
}
