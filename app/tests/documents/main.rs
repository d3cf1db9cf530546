//! Documents that can lie are tested: `docs/protocol.md` and its schema against the types, commands against the Makefile,
//! options against the program, links against the files.

#![cfg(test)]

mod commands;
mod links;
mod protocol;
mod schema;
mod text;
