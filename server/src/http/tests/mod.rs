//! The doors: who gets in, from where, and what is said at the door.

mod doors;

mod compression;
mod origins;
mod pages;
mod programs;
mod refusals;
mod signing_in;
