//! One room: its head, its timeline, its composer, its people; or why it cannot be shown.

mod elsewhere;
mod header;
mod leave;
mod refused_form;
mod screen;
mod settings;

pub(super) use elsewhere::Lobby;
pub use refused_form::RefusedForm;
#[cfg(debug_assertions)]
pub(super) use screen::OpenRoom;
pub(super) use screen::RoomScreen;
