//! The page `/kit`: every part in every state, for those who build on it; and `/kit/demo`, a whole room of them.

mod demo;
mod parts;
mod story;

pub(super) use demo::Demo;
pub(super) use parts::Showcase;
