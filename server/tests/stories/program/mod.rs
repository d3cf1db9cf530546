//! The program as its operator meets it: options, its end.

mod options;
mod stopping;
