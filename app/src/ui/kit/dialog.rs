//! A question in front of the page. The browser's own `<dialog>`: it keeps the focus inside, and Escape closes it.

use leptos::{
    ev,
    prelude::*,
    web_sys::{HtmlInputElement, wasm_bindgen::JsCast},
};

use super::{Icon, icon_button};

/// Whether a dialog about a subject is open: while there is a subject. Closing it lets go of the subject.
pub fn open_about<T: Copy + Send + Sync + 'static>(subject: RwSignal<Option<T>>) -> RwSignal<bool> {
    let open = RwSignal::new(false);
    Effect::new(move || {
        let has_subject = subject.with(Option::is_some);
        if open.get_untracked() != has_subject {
            open.set(has_subject);
        }
    });
    Effect::new(move || {
        if !open.get() && subject.with_untracked(Option::is_some) {
            subject.set(None);
        }
    });
    open
}

/// Whoever changes a text most often goes on where it ends; browsers begin at its front.
fn to_the_end() {
    let focused = document().active_element();
    if let Some(input) = focused.and_then(|element| element.dyn_into::<HtmlInputElement>().ok()) {
        let end = u32::try_from(input.value().encode_utf16().count()).unwrap_or(u32::MAX);
        let _ = input.set_selection_range(end, end);
    }
}

/// Shows its children in front of the page while `open`. They are made anew each time.
#[component]
pub fn Dialog(
    /// Whether it is open. Closing sets it to false, whoever closes.
    open: RwSignal<bool>,
    /// The question.
    #[prop(into)]
    title: Signal<String>,
    /// The name of the button that closes.
    #[prop(into)]
    close: Signal<String>,
    /// What is to be answered.
    children: ChildrenFn,
) -> impl IntoView {
    let dialog = NodeRef::<leptos::html::Dialog>::new();

    Effect::new(move || {
        let Some(element) = dialog.get() else { return };
        if open.get() {
            // Only once the children are there, so that the browser finds the one with `autofocus`.
            request_animation_frame(move || {
                if !element.open() && open.get_untracked() {
                    let _ = element.show_modal();
                    to_the_end();
                }
            });
        } else if element.open() {
            element.close();
        }
    });

    let on_click = move |event: ev::MouseEvent| {
        // The dialog itself has no padding: what hits it, and nothing in it, hit the backdrop.
        let hit_backdrop = event.target().is_some_and(|target| {
            dialog
                .get_untracked()
                .is_some_and(|element| *AsRef::<leptos::web_sys::EventTarget>::as_ref(&element) == target)
        });
        if hit_backdrop {
            open.set(false);
        }
    };

    view! {
        <dialog
            class="dialog"
            node_ref=dialog
            aria-label=move || title.get()
            on:close=move |_| open.set(false)
            on:click=on_click
        >
            {move || {
                open.get()
                    .then(|| {
                        view! {
                            <header>
                                <h2>{move || title.get()}</h2>
                                {icon_button(Icon::Close, close, move |_| open.set(false))}
                            </header>
                            <div class="body">{children()}</div>
                        }
                            .into_any()
                    })
            }}
        </dialog>
    }
}
