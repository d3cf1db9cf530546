//! What the decoder knows of the hub: how frames look.

#[path = "../../server/src/hub/frame.rs"]
pub mod frame;
