//! Oneself: name, language, the way out.

use leptos::prelude::*;

use crate::{
    client::Client,
    state::Touched,
    text,
    ui::{
        kit::{self, Icon, Presence, Shape},
        language::{Language, say},
        live::live,
        session::language_button,
    },
};

/// The foot of the side. Signing out is a plain form: it works without JavaScript, and leaves nothing behind.
#[component]
pub(super) fn Me() -> impl IntoView {
    let client: Client = expect_context();
    let language = Language::expect();
    let me = Memo::new(move |_| {
        // One's own name changes with the profiles; that there is one at all comes with the rooms.
        client.with(Touched::Rooms, |_| ());
        client.with(Touched::People, |state| {
            state.me().map(|me| {
                (
                    me.id,
                    state
                        .user(me.id)
                        .map_or_else(|| me.name.clone(), |user| user.name.clone()),
                )
            })
        })
    });
    let face = move || {
        me.get().map(|(id, name)| {
            view! {
                {kit::avatar(&name, text::hue(id), Shape::RoundSmall, Presence::Unsaid)}
                <span class="name" dir="auto">
                    {name}
                </span>
            }
            .into_any()
        })
    };
    view! {
        <footer class="me">
            {live(face)} <span class="gap"></span> {language_button()} <form method="post" action="/session/end">
                <button
                    type="submit"
                    class="icon-button"
                    aria-label=say!(language, session.sign_out)
                    title=say!(language, session.sign_out)
                >
                    {kit::icon(Icon::Exit)}
                </button>
            </form>
        </footer>
    }
}
