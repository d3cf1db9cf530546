//! Requests: pages, the API, the compiled bundle. Decodes, asks `command`, answers; decides nothing.

mod api;
pub mod assets;
mod compression;
mod figures;
mod forms;
mod headers;
mod health;
mod host;
mod identity;
mod observe;
mod origin;
mod pages;
mod poll;
mod router;
mod sessions;

#[cfg(test)]
mod tests;

pub use figures::figures;
pub use router::{router, with_peer};
