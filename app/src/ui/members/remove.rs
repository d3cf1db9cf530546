//! Asks whether somebody is really to be removed.

use leptos::prelude::*;

use super::person::name_of;
use crate::{
    client::Client,
    protocol::{RoomId, UserId},
    state::{Action, Deed},
    ui::{
        kit::{self, Dialog, Kind},
        language::{Language, say, td_string},
        wait::{About, Wait},
    },
};

/// The question, while `removing` names somebody.
#[component]
pub(super) fn RemoveDialog(
    /// From which room.
    room: RoomId,
    /// Whom.
    removing: RwSignal<Option<UserId>>,
) -> impl IntoView {
    let client: Client = expect_context();
    let language = Language::expect();
    let open = kit::open_about(removing);
    let title = Signal::derive(move || {
        let name = removing
            .get()
            .map(|user| name_of(client, language, user))
            .unwrap_or_default();
        td_string!(language.get(), members.remove_title, name = name)
    });
    let remove = move |_| {
        if let Some(user) = removing.get_untracked() {
            client.dispatch(Action::RemoveMember(room, user));
        }
    };
    let deed = move || removing.get().map(|user| Deed::Remove(room, user));
    let wait = Wait::until(client, move || deed().into_iter().collect()).in_dialog(open);
    view! {
        <Dialog open=open title=title close=say!(language, room.close)>
            <p class="lead">{say!(language, members.remove_lead)}</p>
            {wait.sentence(About::Other)}
            <div class="actions">
                {kit::button(Kind::Secondary, say!(language, room.cancel), move |_| open.set(false))}
                {wait.button(Kind::Danger, say!(language, members.remove_confirm), remove)}
            </div>
        </Dialog>
    }
}
