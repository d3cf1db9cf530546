//! How the page starts: drawn by the server, taken over in the browser, or made there from nothing.

use leptos::prelude::*;

use super::App;
use crate::client::Client;
#[cfg(any(feature = "hydrate", feature = "csr"))]
use crate::state::State;

/// A `client_message_id` made by the server, for the form that posts without JavaScript: a reload or a double click
/// then sends the same message, which is stored once. Handed down as a context.
#[derive(Clone, Debug, Default)]
pub struct FormSeed(pub String);

/// The page's content, as the server draws it inside `<body>`. leptos_axum hands down the request: its address goes to
/// the router, its headers choose the language.
#[component]
pub fn Page(
    /// What is known.
    client: Client,
    /// For the composer.
    seed: FormSeed,
) -> impl IntoView {
    provide_context(client);
    provide_context(seed);
    // One type from here on: the page's own would be too deep for the compiler.
    view! { <App /> }.into_any()
}

/// Takes over the page that the server drew, from the snapshot that it was drawn from.
#[cfg(feature = "hydrate")]
pub fn hydrate() {
    leptos::mount::hydrate_body(|| {
        let state = State::new(crate::client::embedded_snapshot());
        browser_page(state.at(crate::client::embedded_elsewhere()))
    });
}

/// Draws the whole page in the browser, where no server drew it.
#[cfg(feature = "csr")]
pub fn mount() {
    leptos::mount::mount_to_body(|| browser_page(State::new(None)));
}

#[cfg(any(feature = "hydrate", feature = "csr"))]
fn browser_page(state: State) -> impl IntoView {
    let client = Client::new(state);
    provide_context(client);
    provide_context(FormSeed::default());
    // An effect runs once everything stands: nothing moves under hydration's hands.
    Effect::new(move || crate::client::start(client));
    // One type from here on: the page's own would be too deep for the compiler.
    view! { <App /> }.into_any()
}
