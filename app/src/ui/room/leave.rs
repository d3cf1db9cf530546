//! Asks whether one really wants to leave a room.

use leptos::prelude::*;

use crate::{
    client::Client,
    protocol::RoomId,
    state::{Action, Deed},
    ui::{
        kit::{self, Dialog, Kind},
        language::{Language, say},
        wait::{About, Wait},
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
    let leave = move |_| client.dispatch(Action::LeaveRoom(room));
    view! {
        <Dialog
            open=open
            title=say!(language, room.leave_title)
            close=say!(language, room.close)
        >
            <p class="lead">{say!(language, room.leave_lead)}</p>
            {wait.sentence(About::Other)}
            <div class="actions">
                {kit::button(Kind::Secondary, say!(language, room.cancel), move |_| open.set(false))}
                {wait.button(Kind::Danger, say!(language, room.leave_confirm), leave)}
            </div>
        </Dialog>
    }
}
