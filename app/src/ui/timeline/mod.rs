//! What was said in a room: which rows are drawn, how they look, and how the reader's place is kept.

mod rows;

mod announcer;
mod beginning;
mod delete;
mod edit;
mod jump;
mod list;
mod message;
mod missed;
mod places;
mod reading;
mod row;
mod scene;
mod scroll;
mod view;

pub(super) use jump::Jump;
pub(super) use list::Timeline;
pub(super) use missed::Missed;
pub(super) use places::Places;
pub(super) use view::View;
