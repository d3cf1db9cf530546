//! The page `/kit`: every part in every state, for those who build on it; and `/kit/demo`, a whole room of them. Only in builds
//! for development (`make dev`, `make trunk`): the program that ships does not carry it.

mod demo;
mod parts;
mod story;

pub(super) use demo::Demo;
pub(super) use parts::Showcase;
