//! The program as its operator meets it: options, figures, log, its end.

mod figures;
mod logs;
mod options;
mod panics;
mod stopping;
