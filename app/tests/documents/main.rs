//! Documents that can lie are tested: `docs/protocol.md` and its schema against the types, commands against the Makefile,
//! options against the program, links against the files, and what operators get with it.

#![cfg(test)]

mod commands;
mod deploy;
mod links;
mod protocol;
mod schema;
mod text;
