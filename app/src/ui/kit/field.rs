//! A box to write in, with its label, its hint and its complaint.

use leptos::prelude::*;

use crate::ui::{inert::inert, live::live};

/// One line of text.
#[component]
pub fn Field(
    /// Ties the label to the box; unique on the page.
    id: &'static str,
    /// The name in a form.
    name: &'static str,
    /// What is to be written.
    #[prop(into)]
    label: Signal<String>,
    /// An example.
    #[prop(into, optional)]
    placeholder: Signal<String>,
    /// What stands in it at first.
    #[prop(into, optional)]
    value: String,
    /// What is wrong with it; empty when nothing is.
    #[prop(into, optional)]
    error: Signal<String>,
    /// As in HTML.
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// Whether it takes the focus when its dialog or page opens.
    #[prop(optional)]
    autofocus: bool,
    /// Told of what stands in it, whenever that changes.
    #[prop(optional)]
    told: Option<WriteSignal<String>>,
    /// To read what was written.
    #[prop(optional)]
    node_ref: NodeRef<leptos::html::Input>,
) -> impl IntoView {
    let tell = move |event| {
        if let Some(told) = told {
            told.set(event_target_value(&event));
        }
    };
    let error_id = format!("{id}-error");
    let is_invalid = move || error.with(|error| !error.is_empty());
    view! {
        <div class="field" class:invalid=live(is_invalid)>
            <label for=id>{move || label.get()}</label>
            <input
                id=id
                name=name
                type="text"
                value=value
                placeholder=move || placeholder.get()
                autocomplete=autocomplete
                autofocus=autofocus
                dir="auto"
                aria-invalid=move || is_invalid().then_some("true")
                aria-describedby=error_id.clone()
                on:input=tell
                node_ref=node_ref
            />
            <p class="error" id=error_id role="alert" hidden=move || !is_invalid()>
                {move || error.get()}
            </p>
        </div>
    }
}

/// A few lines of text.
#[component]
pub fn TextArea(
    /// Ties the label to the box; unique on the page.
    id: &'static str,
    /// The name in a form; none where no form is posted.
    #[prop(optional)]
    name: Option<&'static str>,
    /// What is to be written.
    #[prop(into)]
    label: Signal<String>,
    /// What stands in it at first.
    #[prop(into, optional)]
    value: String,
    /// To read what was written.
    #[prop(optional)]
    node_ref: NodeRef<leptos::html::Textarea>,
) -> impl IntoView {
    // A parser leaves out the line break that a box begins with.
    let value = if cfg!(feature = "ssr") {
        format!("\n{}", inert(value))
    } else {
        value
    };
    view! {
        <div class="field">
            <label for=id>{move || label.get()}</label>
            <textarea id=id name=name rows="2" dir="auto" node_ref=node_ref>
                {value}
            </textarea>
        </div>
    }
}

/// What stands in a box, without the white space around it.
pub fn written(field: NodeRef<leptos::html::Input>) -> String {
    field
        .get_untracked()
        .map(|field| field.value().trim().to_owned())
        .unwrap_or_default()
}
