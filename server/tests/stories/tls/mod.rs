//! The same server where its port speaks TLS: everything that is promised holds there, too.

mod handshakes;
mod renewal;
mod talking;
