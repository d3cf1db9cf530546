//! The tables, as Markdown between two marks of a document.

mod document;
mod tables;

mod capacity;
mod connections;
mod delivery;
mod nodes;
mod posts;
mod roads;

pub use document::write;
pub use tables::Figures;
