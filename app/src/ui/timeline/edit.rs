//! Changing what one has said, in place.

use leptos::{ev::KeyboardEvent, html, prelude::*};

use super::view::View;
use crate::{
    client::Client,
    protocol::{
        Number, TextFault,
        text::{check_body, message_in},
    },
    state::{Action, Deed},
    ui::{
        composer::{is_composing, sends},
        language::{Language, say},
        wait::{About, Wait},
    },
};

/// The message's text, to be written anew. Enter saves, Escape leaves it as it was; nothing at all is a wish to delete it.
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
    let before = StoredValue::new(body.clone());
    let written = view.edited.get_value().unwrap_or(body);
    let text = RwSignal::new(written.clone());
    let wait = wait(client, view);
    Effect::new(move || {
        if let Some(field) = field.get() {
            let _ = field.focus();
            let end = u32::try_from(text.with_untracked(|text| text.encode_utf16().count())).unwrap_or(u32::MAX);
            let _ = field.set_selection_range(end, end);
        }
    });
    let fault = move || text.with(|text| check_body(message_in(text)).err());
    let is_too_long = move || matches!(fault(), Some(TextFault::TooLong { .. }));
    let save = move || {
        let text = text.with_untracked(|text| message_in(text).to_owned());
        if untrack(is_too_long) || untrack(move || wait.is_underway()) {
            // One sees why.
        } else if untrack(fault).is_some() {
            view.deleting.set(Some(number));
        } else if before.with_value(|before| *before == text) {
            leave(view, wait);
        } else {
            client.dispatch(Action::EditMessage(view.room, number, text));
        }
    };
    let on_key = move |event: KeyboardEvent| match event.key().as_str() {
        _ if is_composing(&event) => {}
        "Enter" if sends(&event) => {
            event.prevent_default();
            save();
        }
        "Escape" => {
            event.prevent_default();
            leave(view, wait);
        }
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
                        enterkeyhint="enter"
                        readonly=move || wait.is_underway()
                        on:keydown=on_key
                        on:input=move |event| {
                            let written = event_target_value(&event);
                            view.edited.set_value(Some(written.clone()));
                            text.set(written);
                        }
                    >
                        {written}
                    </textarea>
                </div>
            </div>
            {wait.sentence(About::Text)}
            <div class="actions">
                <button type="button" class="button primary small" disabled=move || is_too_long() || wait.is_underway() on:click=move |_| save()>
                    {say!(language, room.save)}
                </button>
                <button type="button" class="button secondary small" on:click=move |_| leave(view, wait)>
                    {say!(language, room.cancel)}
                </button>
            </div>
        </div>
    }
}

fn leave(view: View, wait: Wait) {
    wait.give_up();
    view.finish_editing();
}

/// Waits for the message that is edited to be saved.
fn wait(client: Client, view: View) -> Wait {
    let deed = move || view.editing.get().map(|number| Deed::Edit(view.room, number));
    Wait::until(client, move || deed().into_iter().collect())
}

/// Ends the editing once it is saved. The row may be drawn anew in the same moment, so the row cannot do this.
pub(super) fn follow_edits(client: Client, view: View) {
    wait(client, view).when_done(move || view.finish_editing());
}
