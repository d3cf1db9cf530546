//! What a message's text means, the same on both sides: links today.

mod initials;
mod links;

pub use initials::{hue, initials};
pub use links::{Span, spans};
