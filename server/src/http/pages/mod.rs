//! Server rendering: the room list and the newest page of the room as real HTML, with the snapshot embedded.

mod render;
mod routes;
mod shell;

pub use render::{Written, render_refused};
pub use routes::{not_found, routes};
