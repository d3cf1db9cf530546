//! The program `magpie`.

use std::process::ExitCode;

use clap::Parser as _;
use tokio::signal::unix::{SignalKind, signal};

use server::{
    config::{Cli, LogFormat, Verb},
    serve::Server,
    telemetry,
};

/// A mistake in how it was called or where it is to run; clap uses the same.
const USAGE: u8 = 2;

fn main() -> ExitCode {
    let Cli {
        command: Verb::Serve(options),
    } = Cli::parse();
    telemetry::start(match options.log_format {
        LogFormat::Text => telemetry::LogFormat::Text,
        LogFormat::Json => telemetry::LogFormat::Json,
    });
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&format!("cannot start threads: {error}")),
    };
    runtime.block_on(async {
        // Before anything else: a signal that comes early is an orderly end, too.
        let stop = match stopped() {
            Ok(stop) => stop,
            Err(error) => return fail(&format!("cannot listen for signals: {error}")),
        };
        let server = match Server::start(&options).await {
            Ok(server) => server,
            Err(error) => return fail(&error.to_string()),
        };
        if let Some(address) = server.metrics_address() {
            say(&format!("Figures are at http://{address}/metrics"));
        }
        match server.address() {
            Ok(address) => say(&format!("Magpie is at http://{address} (stop it with Ctrl-C)")),
            Err(error) => return fail(&format!("lost the socket: {error}")),
        }
        server.run(stop).await;
        ExitCode::SUCCESS
    })
}

/// Ctrl-C, or SIGTERM, from now on.
fn stopped() -> std::io::Result<impl Future<Output = ()>> {
    let mut interrupted = signal(SignalKind::interrupt())?;
    let mut terminated = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
        }
    })
}

#[expect(clippy::print_stdout, reason = "the one line that tells people where to look")]
fn say(line: &str) {
    println!("{line}");
}

#[expect(
    clippy::print_stderr,
    reason = "the one sentence that tells people what is in the way"
)]
fn fail(sentence: &str) -> ExitCode {
    eprintln!("magpie: {sentence}");
    ExitCode::from(USAGE)
}
