//! The program as its operator meets it: options.

mod options;
