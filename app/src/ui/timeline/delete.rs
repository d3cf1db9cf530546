//! Taking back what one has said.

use leptos::prelude::*;

use super::view::View;
use crate::{
    client::Client,
    state::{Action, Deed},
    ui::{
        kit,
        language::{Language, say},
        question::Question,
        wait::Wait,
    },
};

/// Asks whether a message is really to go.
#[component]
pub(super) fn DeleteDialog(
    /// The room, and in it the message.
    view: View,
) -> impl IntoView {
    let client: Client = expect_context();
    let language = Language::expect();
    let open = kit::open_about(view.deleting);
    let deed = move || view.deleting.get().map(|number| Deed::Delete(view.room, number));
    let wait = Wait::until(client, move || deed().into_iter().collect()).in_dialog(open);
    let wait = wait.when_done(move || {
        view.editing.set(None);
        // The dialog gives the focus back to where it was: to the message that goes.
        request_animation_frame(move || view.go_on_writing());
    });
    let delete = move || {
        if let Some(number) = view.deleting.get_untracked() {
            client.dispatch(Action::DeleteMessage(view.room, number));
        }
    };
    view! {
        <Question
            open=open
            title=say!(language, timeline.delete_title)
            lead=say!(language, timeline.delete_lead)
            yes=say!(language, timeline.delete_confirm)
            wait=wait
            act=delete
        />
    }
}
