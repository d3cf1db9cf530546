//! Stories, and the convergence property.
//!
//! `scenario` tells the stories; `server` is a small honest server, `network` a line that may do its worst, and
//! `convergence` lets chance play with them.

mod scenario;

mod story_deeds;
mod story_line;
mod story_membership;
mod story_polling;
mod story_posting;
mod story_rooms;
mod story_timeline;

mod convergence;
mod network;
mod server;
