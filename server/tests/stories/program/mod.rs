//! The program as its operator meets it: options, backups, figures, log, its end.

mod backups;
mod bench;
mod figures;
mod logs;
mod options;
mod panics;
mod stopping;
