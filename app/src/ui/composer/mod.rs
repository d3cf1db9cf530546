//! Where one writes. A plain form, so that it posts without JavaScript too.

mod catch_typing;
mod counter;
mod drafts;
mod form;
mod keys;
mod typing;

use leptos::prelude::*;

use super::timeline::{Jump, View};
use form::Form;
use typing::Typing;

pub(super) use drafts::Drafts;
pub(super) use keys::{is_composing, sends};

/// Names the box where one writes, on the page.
pub(super) const MESSAGE_BOX: &str = "message-box";

/// The foot of an open room.
#[component]
pub(super) fn Composer(
    /// The room.
    view: View,
) -> impl IntoView {
    let text = RwSignal::new(String::new());
    view! {
        <div class="composer">
            <Jump view=view />
            <Form view=view text=text />
            <div class="under">
                <Typing room=view.room />
                {counter::counter(text)}
            </div>
        </div>
    }
}
