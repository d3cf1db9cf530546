//! What one can say on the command line, or in the environment as `MAGPIE_BENCH_…`.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Measures Magpie beside a raw writer, a plain Node server and a plain axum server.
#[derive(Debug, Parser)]
#[command(name = "load", disable_help_subcommand = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
}

/// What the program can do.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Measure, and write the tables into a document.
    Measure(Box<Options>),
    /// Be the raw writer, on this port of the loopback address.
    Raw {
        /// The port.
        port: u16,
    },
    /// Be the usual example in Rust, on this port of the loopback address.
    Broadcast {
        /// The port.
        port: u16,
    },
}

/// What to measure, and with what.
#[derive(Clone, Debug, Args)]
pub struct Options {
    /// The program `magpie`.
    #[arg(long)]
    pub magpie: PathBuf,

    /// The folder of the Node server, with its packages installed.
    #[arg(long)]
    pub baseline: PathBuf,

    /// The folder of PostgreSQL's programs. Without it nothing is measured over PostgreSQL.
    #[arg(long)]
    pub postgres_bin: Option<PathBuf>,

    /// Where PostgreSQL keeps its data meanwhile: on a real disk, in a folder that its account can reach.
    #[arg(long, env = "MAGPIE_BENCH_POSTGRES_FOLDER", default_value = "/var/tmp")]
    pub postgres_folder: PathBuf,

    /// The program `nats-server`, which the chapter `nodes` needs.
    #[arg(long)]
    pub nats: Option<PathBuf>,

    /// The document whose tables are replaced. Without it they are only printed.
    #[arg(long)]
    pub document: Option<PathBuf>,

    /// Where data folders are made, and removed again: on the disk that is to be measured.
    #[arg(long, env = "MAGPIE_BENCH_FOLDER", default_value = "target/bench")]
    pub folder: PathBuf,

    /// Seconds of each single measurement.
    #[arg(long, env = "MAGPIE_BENCH_SECONDS", default_value_t = 2.0)]
    pub seconds: f64,

    /// How often each is repeated, the servers taking turns. Medians are reported.
    #[arg(long, env = "MAGPIE_BENCH_ROUNDS", default_value_t = 3)]
    pub rounds: usize,

    /// Sizes of the room.
    #[arg(
        long,
        env = "MAGPIE_BENCH_RECEIVERS",
        value_delimiter = ',',
        default_value = "100,1000,5000"
    )]
    pub receivers: Vec<usize>,

    /// Receivers while latency is measured.
    #[arg(long, env = "MAGPIE_BENCH_LATENCY_RECEIVERS", default_value_t = 1_000)]
    pub latency_receivers: usize,

    /// Connections that do nothing while memory is measured.
    #[arg(long, env = "MAGPIE_BENCH_IDLE", default_value_t = 10_000)]
    pub idle: usize,

    /// Messages in the room while catching up is measured, ascending.
    #[arg(
        long,
        env = "MAGPIE_BENCH_HISTORY",
        value_delimiter = ',',
        default_value = "10000,1000000"
    )]
    pub history: Vec<u64>,

    /// Only these chapters.
    #[arg(
        long,
        env = "MAGPIE_BENCH_ONLY",
        value_delimiter = ',',
        default_value = "fan-out,deflate,rooms,latency,beside,slow,posts,nodes,upgrades,idle,storm,catch-up,start,roads"
    )]
    pub only: Vec<String>,
}

impl Options {
    /// Whether a chapter is wanted.
    pub fn wants(&self, chapter: &str) -> bool {
        self.only.iter().any(|wanted| wanted == chapter)
    }
}
