//! The program as its operator meets it: options, figures, log, panics. Its end and its backups are goals 11 and 12 of
//! what is reliable.

mod bench;
mod figures;
mod logs;
mod options;
mod panics;
