//! Who is writing.

use leptos::prelude::*;

use crate::{
    client::Client,
    protocol::RoomId,
    state::Touched,
    ui::language::{Language, td_string},
};

/// The line below the composer. It is always there, so that nothing jumps.
#[component]
pub(super) fn Typing(
    /// Where.
    room: RoomId,
) -> impl IntoView {
    let client: Client = expect_context();
    let language = Language::expect();
    let names = Memo::new(move |_| {
        client.with(Touched::People, |_| ());
        client.with(Touched::Typing(room), |state| {
            let name = |user| state.user(user).map(|user| user.name.clone());
            state.typing(room).into_iter().filter_map(name).collect::<Vec<_>>()
        })
    });
    let words = move || {
        let locale = language.get();
        names.with(|names| match names.as_slice() {
            [] => None,
            [name] => Some(td_string!(locale, typing.single, name = name.clone())),
            [first, second] => Some(td_string!(
                locale,
                typing.two,
                first = first.clone(),
                second = second.clone()
            )),
            _ => Some(td_string!(locale, typing.many).to_owned()),
        })
    };
    view! {
        <p class="typing" dir="auto">
            {move || {
                words()
                    .map(|words| {
                        view! { <span class="dots" aria-hidden="true"><i></i><i></i><i></i></span> {words} }.into_any()
                    })
            }}
        </p>
    }
}
