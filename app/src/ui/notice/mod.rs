//! Says why a wish was refused, in the reader's language.

mod words;

use leptos::prelude::*;

pub(super) use words::reason;

use super::{
    kit::{self, Icon, Tone},
    language::{Language, say},
};
use crate::{
    client::Client,
    state::{Action, Touched},
};

/// The last refusal, until it is dismissed.
#[component]
pub(super) fn Notice() -> impl IntoView {
    let client: Client = expect_context();
    let language = Language::expect();
    let code = move || client.with(Touched::Notice, |state| state.notice().map(|notice| notice.code));
    let dismiss = move || {
        kit::icon_button(Icon::Close, say!(language, error.dismiss), move |_| {
            client.dispatch(Action::DismissNotice)
        })
    };
    view! {
        <div role="alert">
            {move || {
                code()
                    .map(|code| {
                        let text = Signal::derive(move || reason(language.get(), code).to_owned());
                        view! { <div class="notice-place">{kit::banner(Tone::Danger, text, dismiss())}</div> }.into_any()
                    })
            }}
        </div>
    }
}
