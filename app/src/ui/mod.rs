//! What the user sees: Leptos components that draw `state` and dispatch actions. `style/` has a file for each folder.
//!
//! Invariants: no component opens a socket, parses JSON or decides a rule. Text is drawn as text: nothing is
//! ever given to the browser as HTML (`server/tests/layers.rs` looks for it). Server and browser draw the same markup; what the server cannot know (time zone, clock, viewport) is
//! drawn after hydration, in an effect.
//!
//! Reading order: the parts that know no chat, what the browser knows, the frame, its rooms, one room.

pub mod kit;
pub mod language;
pub mod reader;

mod focus;
mod inert;
mod live;
mod pointer;

mod app;
mod entry;
mod place;
mod shell;

mod checked_line;
mod connection;
mod name_and_topic;
mod name_of;
mod notice;
mod question;
mod session;
mod sidebar;
mod wait;

mod composer;
mod members;
mod room;
mod timeline;

#[cfg(debug_assertions)]
mod showcase;

pub use app::App;
pub use entry::*;
pub use room::RefusedForm;
