//! Oneself: name, language, the way out.

use leptos::prelude::*;

use super::{own_name::OwnName, sign_out::SignOut};
use crate::{
    client::Client,
    state::Touched,
    ui::{
        kit::{self, Icon, Presence, Shape},
        language::{Language, say},
        live::live,
        session::language_button,
    },
};

/// The foot of the side. Signing out is a plain form: it works without JavaScript, and leaves nothing behind. With it, one is asked.
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
                {kit::avatar(&name, kit::hue(id.0), Shape::RoundSmall, Presence::Unsaid)}
                <span class="name" dir="auto" title=name.clone()>
                    {name.clone()}
                </span>
            }
            .into_any()
        })
    };
    let is_renaming = RwSignal::new(false);
    let is_leaving = RwSignal::new(false);
    let ask = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        is_leaving.set(true);
    };
    view! {
        <footer class="me">
            <button type="button" class="self" aria-describedby="rename-self" on:click=move |_| is_renaming.set(true)>
                {live(face)}
            </button>
            <span id="rename-self" hidden>
                {say!(language, session.rename)}
            </span>
            {language_button()} <form method="post" action="/session/end" on:submit=ask>
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
        <OwnName open=is_renaming />
        <SignOut open=is_leaving />
    }
}
