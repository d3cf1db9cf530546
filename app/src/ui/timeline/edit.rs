//! Changing what one has said: the text in place, or all of it away.

use leptos::{ev::KeyboardEvent, html, prelude::*};

use super::view::View;
use crate::{
    client::Client,
    protocol::{Number, limits::BODY_CHARS},
    state::Action,
    ui::{
        composer::is_composing,
        kit::{self, Dialog, Kind},
        language::{Language, say},
    },
};

/// The message's text, to be written anew. Enter saves, Escape leaves it as it was.
#[component]
pub(super) fn EditForm(
    /// To dispatch to.
    client: Client,
    /// The room.
    view: View,
    /// Which message.
    number: Number,
    /// Its text.
    body: String,
) -> impl IntoView {
    let language = Language::expect();
    let field = NodeRef::<html::Textarea>::new();
    let text = RwSignal::new(body.clone());
    let before = StoredValue::new(body.clone());
    Effect::new(move || {
        if let Some(field) = field.get() {
            let _ = field.focus();
            let end = u32::try_from(text.with_untracked(|text| text.encode_utf16().count())).unwrap_or(u32::MAX);
            let _ = field.set_selection_range(end, end);
        }
    });
    let is_sendable = move || text.with(|text| !text.trim().is_empty() && text.chars().count() <= BODY_CHARS);
    let save = move || {
        let text = text.get_untracked();
        if untrack(is_sendable) {
            if before.with_value(|before| *before != text) {
                client.dispatch(Action::EditMessage(view.room, number, text));
            }
            view.editing.set(None);
        }
    };
    let on_key = move |event: KeyboardEvent| match event.key().as_str() {
        _ if is_composing(&event) => {}
        "Enter" if !event.shift_key() => {
            event.prevent_default();
            save();
        }
        "Escape" => view.editing.set(None),
        _ => {}
    };
    view! {
        <div class="edit">
            <div class="composer-box">
                <div class="grow" data-text=move || text.get()>
                    <textarea
                        rows="1"
                        dir="auto"
                        aria-label=say!(language, timeline.edit_label)
                        node_ref=field
                        on:keydown=on_key
                        on:input=move |event| text.set(event_target_value(&event))
                    >
                        {body}
                    </textarea>
                </div>
            </div>
            <div class="actions">
                <button type="button" class="button primary small" disabled=move || !is_sendable() on:click=move |_| save()>
                    {say!(language, room.save)}
                </button>
                <button type="button" class="button secondary small" on:click=move |_| view.editing.set(None)>
                    {say!(language, room.cancel)}
                </button>
            </div>
        </div>
    }
}

/// Asks whether a message is really to go.
#[component]
pub(super) fn DeleteDialog(
    /// The room, and in it the message.
    view: View,
) -> impl IntoView {
    let client: Client = expect_context();
    let language = Language::expect();
    let open = kit::open_about(view.deleting);
    let delete = move |_| {
        if let Some(number) = view.deleting.get_untracked() {
            client.dispatch(Action::DeleteMessage(view.room, number));
        }
        open.set(false);
    };
    view! {
        <Dialog
            open=open
            title=say!(language, timeline.delete_title)
            close=say!(language, room.close)
        >
            <p class="lead">{say!(language, timeline.delete_lead)}</p>
            <div class="actions">
                {kit::button(Kind::Secondary, say!(language, room.cancel), move |_| open.set(false))}
                {kit::button(Kind::Danger, say!(language, timeline.delete_confirm), delete)}
            </div>
        </Dialog>
    }
}
