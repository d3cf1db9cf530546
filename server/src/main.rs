//! The program `magpie`.

use std::{pin::pin, process::ExitCode, sync::Arc, thread::available_parallelism};

use clap::Parser as _;
use load::against::{self, Wishes};
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    task::spawn_blocking,
};
use tracing::{error, info};

use server::{
    backup::{self, BackupError},
    clock::{Clock as _, SystemClock},
    config::{BackupOptions, BenchOptions, Cli, LogFormat, RestoreOptions, ServeOptions, Verb},
    door::Tls,
    serve::Server,
    telemetry,
};

/// Keeps sizes apart: what a handshake needs for a moment leaves no holes between what connections keep for hours. With the system's
/// allocator half of the memory of ten thousand idle connections was such holes.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A mistake in how it was called or where it is to run; clap uses the same.
const USAGE: u8 = 2;

/// What was looked at is not what it should be, or the program itself is not.
const BROKEN: u8 = 1;

fn main() -> ExitCode {
    match Cli::parse().command {
        Verb::Serve(options) => serve(&options),
        Verb::Backup(options) => told(back_up(&options)),
        Verb::Restore(options) => told(restore(&options)),
        Verb::Bench(options) => bench(&options),
    }
}

fn back_up(options: &BackupOptions) -> Result<String, BackupError> {
    let database = options.database_path().map_err(BackupError::Refused)?;
    let manifest = backup::make(&database, &options.file, SystemClock.now())?;
    let bytes: u64 = manifest.parts.iter().map(|part| part.bytes).sum();
    Ok(format!(
        "{} holds {bytes} bytes of epoch {}",
        options.file.display(),
        manifest.epoch.0
    ))
}

fn restore(options: &RestoreOptions) -> Result<String, BackupError> {
    let RestoreOptions { file, data, verify } = options;
    if *verify {
        backup::verify(file)?;
        return Ok(format!("{} is whole", file.display()));
    }
    let epoch = backup::restore(file, data)?;
    Ok(format!(
        "{} holds what was in {}, as epoch {}",
        data.display(),
        file.display(),
        epoch.0
    ))
}

fn bench(options: &BenchOptions) -> ExitCode {
    let wishes = Wishes {
        receivers: options.receivers as usize,
        rate: options.rate,
        seconds: f64::from(options.seconds),
    };
    let server = match against::address(&options.url) {
        Ok(server) => server,
        Err(error) => return fail(&format!("{error:#}")),
    };
    match against::measure(server, wishes) {
        Ok(outcome) => {
            say(&outcome.to_string());
            ExitCode::SUCCESS
        }
        Err(error) => {
            fail(&format!("{error:#}"));
            ExitCode::from(BROKEN)
        }
    }
}

fn told(outcome: Result<String, BackupError>) -> ExitCode {
    match outcome {
        Ok(sentence) => {
            say(&sentence);
            ExitCode::SUCCESS
        }
        Err(error @ BackupError::Refused(_)) => fail(&error.to_string()),
        Err(error @ BackupError::Damaged(_)) => {
            fail(&error.to_string());
            ExitCode::from(BROKEN)
        }
    }
}

fn serve(options: &ServeOptions) -> ExitCode {
    telemetry::start(match options.log_format {
        LogFormat::Text => telemetry::LogFormat::Text,
        LogFormat::Json => telemetry::LogFormat::Json,
    });
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(workers())
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => return fail(&format!("cannot start threads: {error}")),
    };
    let code = runtime.block_on(run(options));
    // Nobody waits for what still hangs, such as the look-up of a name that nobody answers: all that is kept is closed.
    runtime.shutdown_background();
    code
}

async fn run(options: &ServeOptions) -> ExitCode {
    // Before anything else: a signal that comes early is an orderly end, too.
    let hangups = options.tls_certificate.as_ref().map(|_| signal(SignalKind::hangup()));
    let (stop, hangups) = match (stopped(), hangups.transpose()) {
        (Ok(stop), Ok(hangups)) => (stop, hangups),
        (Err(error), _) | (_, Err(error)) => return fail(&format!("cannot listen for signals: {error}")),
    };
    let mut stop = pin!(stop);
    let started = tokio::select! {
        started = Server::start(options) => started,
        () = &mut stop => return ExitCode::SUCCESS,
    };
    let server = match started {
        Ok(server) => server,
        Err(error) => return fail(&error.to_string()),
    };
    if let Some((tls, hangups)) = server.tls().zip(hangups) {
        tokio::spawn(renew(tls, hangups));
    }
    if let Some(address) = server.metrics_address() {
        say(&format!("Figures are at http://{address}/metrics"));
    }
    let scheme = if server.tls().is_some() { "https" } else { "http" };
    match server.address() {
        Ok(address) => say(&format!("Magpie is at {scheme}://{address} (stop it with Ctrl-C)")),
        Err(error) => return fail(&format!("lost the socket: {error}")),
    }
    match server.run(stop).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(faltered) => {
            fail(&faltered.to_string());
            ExitCode::from(BROKEN)
        }
    }
}

/// One thread less than there are processors: the store's own threads and the system need one, too. With as many workers as processors
/// a delivery cost a tenth more on two, for wherever the next worker wakes, what it is to send lies in another's cache.
fn workers() -> usize {
    available_parallelism().map_or(1, |processors| processors.get().saturating_sub(1).max(1))
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

/// Reads the certificate again at each SIGHUP, until the process ends.
async fn renew(tls: Arc<Tls>, mut hangups: Signal) {
    while hangups.recv().await.is_some() {
        let tls = Arc::clone(&tls);
        match spawn_blocking(move || tls.renew()).await {
            Ok(Ok(())) => info!("the certificate was read again"),
            Ok(Err(error)) => error!(%error, "the new certificate cannot be used, and the old one stays"),
            Err(error) => error!(%error, "the certificate could not be read again"),
        }
    }
}

#[expect(clippy::print_stdout, reason = "what people asked for, or where to look")]
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
