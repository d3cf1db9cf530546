//! Asks whether somebody is really to be removed.

use leptos::prelude::*;

use crate::{
    client::Client,
    protocol::{RoomId, UserId},
    state::{Action, Deed},
    ui::{
        focus::{focus, soon},
        kit,
        language::{Language, say, td_string},
        name_of::name_of,
        question::Question,
        wait::Wait,
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
        let name = removing.get().map(|user| name_of(client, user)).unwrap_or_default();
        td_string!(language.get(), members.remove_title, name = name)
    });
    let remove = move || {
        if let Some(user) = removing.get_untracked() {
            client.dispatch(Action::RemoveMember(room, user));
        }
    };
    let deed = move || removing.get().map(|user| Deed::Remove(room, user));
    let wait = Wait::until(client, move || deed().into_iter().collect()).in_dialog(open);
    // The dialog gives the focus back to where it was: to the row that goes.
    let wait = wait.when_done(|| {
        soon(|| {
            focus("#members .bar button");
        });
    });
    view! {
        <Question
            open=open
            title=title
            lead=say!(language, members.remove_lead)
            yes=say!(language, members.remove_confirm)
            wait=wait
            act=remove
        />
    }
}
