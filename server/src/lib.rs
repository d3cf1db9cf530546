//! The Magpie server. A message passes through these folders in this order, and nothing jumps over its neighbour:
//!
//! 1. [`socket`] owns connections and decodes frames ([`http`] does the same for requests);
//! 2. [`command`] has one file per wish, and returns values;
//! 3. [`access`] turns actor and room into a permit;
//! 4. [`service`] applies the rules of chat;
//! 5. [`store`] commits, with the room's next seq;
//! 6. [`bus`] tells every node;
//! 7. [`feed`] puts each feed's changes in order and encodes them once;
//! 8. [`hub`] writes the same bytes to every connection that watches.

pub mod http;
pub mod socket;

pub mod command;

pub mod access;

pub mod service;

pub mod store;

pub mod bus;

pub mod feed;

pub mod hub;

pub mod backup;
pub mod clock;
pub mod config;
pub mod context;
pub mod door;
pub mod ids;
pub mod line;
pub mod lock;
pub mod network;
pub mod scheduler;
pub mod serve;
pub mod telemetry;
