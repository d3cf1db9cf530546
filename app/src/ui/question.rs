//! A question before something that cannot be taken back.

use leptos::prelude::*;

use super::{
    kit::{self, Dialog, Kind},
    language::{Language, say},
    wait::{About, Wait},
};

/// Asks, while `open`; closes when it is done, or not to be done.
#[component]
pub(super) fn Question(
    /// Whether it is open.
    open: RwSignal<bool>,
    /// What is asked.
    #[prop(into)]
    title: Signal<String>,
    /// What it means to say yes.
    lead: Signal<String>,
    /// Yes, as a verb.
    yes: Signal<String>,
    /// Waits until it is done.
    wait: Wait,
    /// Does it.
    #[prop(into)]
    act: Callback<()>,
) -> impl IntoView {
    let language = Language::expect();
    view! {
        <Dialog open=open title=title close=say!(language, room.close)>
            <p class="lead">{lead}</p>
            {wait.sentence(About::Other)}
            <div class="actions">
                {kit::button(Kind::Secondary, say!(language, room.cancel), move |_| open.set(false))}
                {wait.button(Kind::Danger, yes, move |_| act.run(()))}
            </div>
        </Dialog>
    }
}
