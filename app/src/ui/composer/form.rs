//! The box and its button.

use leptos::{
    ev::{KeyboardEvent, SubmitEvent},
    prelude::*,
};

use super::{Drafts, MESSAGE_BOX, catch_typing::catch_typing, sends};
use crate::{
    client::Client,
    protocol::{
        TextFault,
        text::{check_body, message_in},
    },
    state::{Action, Touched},
    ui::{
        FormSeed,
        kit::{self, Icon},
        language::{Language, say},
        live::live,
        place::room_path,
        pointer,
        reader::Reader,
        timeline::View,
    },
};

/// The form. With JavaScript it dispatches an action; without, the browser posts it, under the name that the server
/// gave it, so that sending it twice stores it once.
#[component]
pub(super) fn Form(
    /// The room.
    view: View,
    /// What is written.
    text: RwSignal<String>,
) -> impl IntoView {
    let client: Client = expect_context();
    let language = Language::expect();
    let drafts = Drafts::expect();
    let reader = Reader::expect();
    let seed = use_context::<FormSeed>().unwrap_or_default();
    let field = view.message_box;
    let room = view.room;
    let about = Memo::new(move |_| {
        client.with(Touched::Rooms, |state| {
            state
                .room(room)
                .map(|entry| (entry.room.slug.clone(), entry.room.name.clone()))
        })
    });
    let action = move || about.with(|about| about.as_ref().map(|(slug, _)| format!("{}/messages", room_path(slug))));
    let name = move || about.with(|about| about.as_ref().map(|(_, name)| name.clone()).unwrap_or_default());

    let write = move |body: &str| {
        if let Some(field) = field.get_untracked() {
            field.set_value(body);
        }
        text.set(body.to_owned());
        client.keep_draft(room, body);
    };
    Effect::new(move |is_open: Option<bool>| {
        let is_open = is_open.unwrap_or_default();
        let Some(field) = field.get().filter(|_| !is_open) else {
            return is_open;
        };
        write(&drafts.open(client, room, field.value()));
        if !pointer::is_coarse() {
            let _ = field.focus();
        }
        true
    });
    catch_typing(field);

    let fault = Memo::new(move |_| text.with(|text| check_body(message_in(text)).err()));
    let is_over = move || matches!(fault.get(), Some(TextFault::TooLong { .. }));
    let is_sendable = Memo::new(move |_| fault.get().is_none());
    // Where the page is not taken over, nobody knows what is written: there the button may always be pressed.
    let is_asleep = move || reader.is_ready() && !is_sendable.get();
    let send = move || {
        if is_sendable.get_untracked() {
            let client_message_id = client.fresh_message_id();
            client.dispatch(Action::Post {
                room,
                client_message_id: client_message_id.clone(),
                body: text.with_untracked(|text| message_in(text).to_owned()),
            });
            // A full outbox takes nothing, and says so: what is written stays.
            if client.with_untracked(|state| state.is_pending(&client_message_id)) {
                write("");
                view.jump_to_newest();
            }
        }
        if let Some(field) = field.get_untracked() {
            let _ = field.focus();
        }
    };
    let on_key = move |event: KeyboardEvent| {
        if sends(&event) {
            event.prevent_default();
            send();
        }
        // As everywhere: up, out of an empty box, to what one said last.
        if event.key() == "ArrowUp"
            && !event.alt_key()
            && text.with_untracked(String::is_empty)
            && let Some(number) = client.with_untracked(|state| state.newest_of_mine(room))
        {
            event.prevent_default();
            view.edit(number);
        }
    };
    let on_input = move |event| {
        let written = event_target_value(&event);
        if !written.is_empty() {
            client.dispatch(Action::Type(room));
        }
        client.keep_draft(room, &written);
        text.set(written);
    };

    view! {
        <form
            method="post"
            action=live(action)
            on:submit=move |event: SubmitEvent| {
                event.prevent_default();
                send();
            }
        >
            <input type="hidden" name="client_message_id" value=seed.0 />
            <div class="composer-box" class:over=is_over>
                <div class="grow" data-text=move || text.get()>
                    <textarea
                        id=MESSAGE_BOX
                        name="body"
                        rows="1"
                        dir="auto"
                        autocomplete="off"
                        enterkeyhint="enter"
                        placeholder=say!(language, composer.placeholder)
                        aria-label=move || say!(language, composer.label, room = name()).get()
                        node_ref=field
                        on:keydown=on_key
                        on:input=on_input
                    ></textarea>
                </div>
                <button
                    type="submit"
                    class="send"
                    aria-label=say!(language, composer.send)
                    title=say!(language, composer.send)
                    aria-disabled=move || is_asleep().then_some("true")
                >
                    {kit::icon(Icon::ArrowUp)}
                </button>
            </div>
        </form>
    }
}
