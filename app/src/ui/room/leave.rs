//! Asks whether one really wants to leave a room.

use leptos::prelude::*;

use crate::{
    client::Client,
    protocol::RoomId,
    state::{Action, Deed},
    ui::{
        language::{Language, say},
        question::Question,
        wait::Wait,
    },
};

/// The question.
#[component]
pub(super) fn Leave(
    /// Which room.
    room: RoomId,
    /// Whether it is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    let client: Client = expect_context();
    let language = Language::expect();
    let wait = Wait::until(client, move || vec![Deed::Leave(room)]).in_dialog(open);
    view! {
        <Question
            open=open
            title=say!(language, room.leave_title)
            lead=say!(language, room.leave_lead)
            yes=say!(language, room.leave_confirm)
            wait=wait
            act=move || client.dispatch(Action::LeaveRoom(room))
        />
    }
}
