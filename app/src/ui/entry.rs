//! How the page starts: drawn by the server, taken over in the browser, or made there from nothing.

use leptos::prelude::*;

use super::{App, language::Language};
use crate::client::handle::Client;

/// A `client_message_id` made by the server, for the form that posts without JavaScript: a reload or a double click
/// then sends the same message, which is stored once. Handed down as a context.
#[derive(Clone, Debug, Default)]
pub struct FormSeed(pub String);

/// The page's content, as the server draws it inside `<body>`. The router takes the address from leptos_router's
/// `RequestUrl`, which leptos_axum provides.
#[component]
pub fn Page(
    /// What is known.
    client: Client,
    /// For the composer.
    seed: FormSeed,
    /// That of the request; `<html lang>` is to say the same.
    language: Language,
) -> impl IntoView {
    provide_context(client);
    provide_context(seed);
    provide_context(language);
    view! { <App /> }
}
