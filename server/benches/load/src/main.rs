//! Measures Magpie beside a raw writer, a plain Node server and a plain axum server: `make bench`. The method is told in `docs/performance.md`.
#![expect(
    clippy::disallowed_methods,
    reason = "it measures real time, and has to wait for other programs"
)]
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "figures are what it is for")]

mod broadcast;
mod certificate;
mod cluster;
mod crowd;
mod options;
mod process;
mod raw;
mod report;
mod scenarios;
mod server;
mod services;

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser as _;
use load::{connect, figures, fleet, frame, http, magpie, post, progress, target};

use options::{Cli, Options, Verb};
use report::Figures;
use scenarios::{
    beside, catch_up, deflate, fan_out, idle, latency, nodes, posts, roads, rooms, slow, start, storm, upgrades,
};

fn main() -> ExitCode {
    let done = match Cli::parse().verb {
        Verb::Measure(options) => measure(&options),
        Verb::Raw { port } => raw::serve(port),
        Verb::Broadcast { port } => broadcast::serve(port),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("load: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn measure(options: &Options) -> Result<()> {
    std::fs::create_dir_all(&options.folder)?;
    let mut figures = Figures::default();
    for round in 1..=options.rounds {
        println!("round {round} of {}", options.rounds);
        if options.wants("fan-out") {
            figures.fan_out.extend(fan_out::round(options)?);
        }
        if options.wants("rooms") {
            figures.rooms.push(rooms::round(options)?);
        }
        if options.wants("latency") {
            figures.latency.extend(latency::round(options)?);
        }
        if options.wants("beside") {
            figures.beside.push(beside::round(options)?);
        }
        if options.wants("slow") {
            figures.slow.push(slow::round(options)?);
        }
        if options.wants("posts") {
            figures.disk.push(posts::disk(&options.folder)?);
            if options.postgres_bin.is_some() {
                figures.postgres_disk.push(posts::disk(&options.postgres_folder)?);
            }
            figures.posts.extend(posts::round(options)?);
        }
        if options.wants("nodes") {
            figures.nodes.extend(nodes::round(options)?);
        }
        if options.wants("upgrades") {
            figures.upgrades.extend(upgrades::round(options)?);
        }
        if options.wants("storm") {
            figures.storm.push(storm::round(options)?);
        }
    }
    if options.wants("deflate") {
        println!("deflate");
        figures.deflate = Some(deflate::measure(options)?);
    }
    if options.wants("start") {
        println!("start");
        figures.start = Some(start::measure(options)?);
    }
    if options.wants("roads") {
        println!("roads");
        figures.roads = roads::measure(options)?;
    }
    if options.wants("idle") {
        println!("idle connections");
        figures.idle = idle::measure(options)?;
    }
    if options.wants("catch-up") {
        println!("catching up");
        figures.catch_up = catch_up::measure(options)?;
    }
    let tables = figures.tables(options)?;
    println!("\n{tables}");
    match &options.document {
        Some(document) => report::write(document, &tables),
        None => Ok(()),
    }
}
