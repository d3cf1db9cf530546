//! What browsers download beside the pages: WASM, script, style and icons.
//!
//! The shipping program carries them (`bundle`), compressed and named by content. While developing they are read from disk at
//! every request (`disk`). Knows nothing of rooms or people.

mod accept;
mod bundle;
mod content_type;
mod disk;
mod source;
mod stylesheet;
#[cfg(test)]
mod tests;

pub use source::Assets;
