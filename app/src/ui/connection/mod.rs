//! What the user sees of the line to the server: a quiet sentence when it is not as it should be, and the page's title.

mod line;
mod mark;
mod title;

pub(super) use line::ConnectionLine;
pub(super) use mark::Mark;
pub(super) use title::{PageTitle, PlainTitle};
