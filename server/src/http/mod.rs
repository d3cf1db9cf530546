//! Requests: pages, the API, the compiled bundle. Decodes, asks `command`, answers; decides nothing.

mod api;
pub mod assets;
mod compression;
mod forms;
mod headers;
mod health;
mod identity;
mod origin;
mod pages;
mod poll;
mod router;
mod sessions;

#[cfg(test)]
mod tests;

pub use router::{router, with_peer};
