//! What both sides of Magpie agree on, and all that its users see.
//!
//! Read in this order:
//! 1. [`protocol`]: the typed messages on the wire. No I/O.
//! 2. [`state`]: what a client knows. Pure: no browser, no clock, no chance.
//! 3. [`text`]: what a message's text means (links today), the same on both sides.
//! 4. `client`: the browser I/O that feeds `state` and carries out what it asks for.
//! 5. `ui`: Leptos components that draw `state` and dispatch actions.
//!
//! Without features this crate is the first three, and needs neither Leptos nor a browser.

// A page is one type: optimised builds compute its layout to the bottom.
#![recursion_limit = "512"]

pub mod protocol;
pub mod state;
pub mod text;

#[cfg(any(feature = "client", feature = "ui"))]
pub mod client;
#[cfg(feature = "ui")]
pub mod ui;
