//! The parts that screens are made of. They know no chat words: whoever uses them brings the texts.
//!
//! Small things are functions, which cost the bundle less than components; those that are drawn in closures give an `AnyView`, for the
//! reason told in `ui::live`.

mod avatar;
mod badge;
mod banner;
mod button;
mod dialog;
mod empty_state;
mod face;
mod field;
mod icon;
mod skeleton;
mod spinner;
mod time;
mod visually_hidden;

pub use avatar::{Presence, Shape, avatar};
pub use badge::badge;
pub use banner::{Tone, banner};
pub use button::{Kind, button, class, icon_button};
pub use dialog::{Dialog, open_about};
pub use empty_state::empty_state;
pub(in crate::ui) use face::hue;
pub use field::{Field, TextArea, written};
pub use icon::{Icon, icon};
pub use skeleton::{skeleton, skeleton_rows};
pub use spinner::spinner;
pub use time::{Style, time};
pub use visually_hidden::visually_hidden;
