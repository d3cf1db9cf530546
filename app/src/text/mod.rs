//! What a message's text means, the same on both sides: links today.

mod links;

pub use links::{Span, spans};
