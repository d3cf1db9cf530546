//! The log: sentences with fields, on standard error.

use std::{backtrace::Backtrace, io::IsTerminal as _, panic::PanicHookInfo};

use tracing_subscriber::EnvFilter;

/// How a line of the log looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object per line, for programs.
    Json,
}

/// Begins to log. `MAGPIE_LOG` says how much (`warn`, `server=debug`, …); `info` when it is not set.
pub fn start(format: LogFormat) {
    let filter = EnvFilter::try_from_env("MAGPIE_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    // Whatever is wished: at their most talkative these show the values of each statement, and what the bus carries.
    let filter = ["tokio_postgres=info", "async_nats=warn"]
        .into_iter()
        .fold(filter, |filter, quiet| {
            filter.add_directive(quiet.parse().expect("it names a crate and a level"))
        });
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        // A log that cannot be written (its disk is full) is no reason to stop: without this, the complaint about it panics.
        .log_internal_errors(false)
        // Colours are for people who look on, not for files.
        .with_ansi(std::io::stderr().is_terminal());
    match format {
        LogFormat::Text => lines.init(),
        LogFormat::Json => lines.json().flatten_event(true).with_current_span(false).init(),
    }
    std::panic::set_hook(Box::new(note_panic));
}

/// Says where. Its sentence only when that stands in the source as it is: one that was put together may quote what somebody
/// wrote.
fn note_panic(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map_or_else(String::new, ToString::to_string);
    let sentence = panic.payload().downcast_ref::<&str>().copied().unwrap_or_default();
    let thread = std::thread::current();
    // Empty unless RUST_BACKTRACE asks for it.
    let backtrace = Backtrace::capture();
    tracing::error!(place, sentence, thread = thread.name(), %backtrace, "a task panicked");
}
