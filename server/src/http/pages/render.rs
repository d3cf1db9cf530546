//! From a snapshot to HTML.

use axum::{extract::Request, response::Response};
use http::{HeaderValue, StatusCode, header::CONTENT_SECURITY_POLICY};
use leptos::{nonce::use_nonce, prelude::*};
use leptos_axum::ResponseOptions;
use serde::Serialize;

use app::{
    client::Client,
    protocol::{ClientMessageId, ErrorCode, Rejection, RoomElsewhere, Slug, Snapshot},
    state::State,
    ui::{FormSeed, RefusedForm},
};

use super::shell::{RELOAD_PORT, document, shell};
use crate::{
    context::Context,
    http::{
        api,
        headers::{development_page_policy, page_policy},
    },
    ids,
};

/// What a page shows besides its frame, and hydration begins from.
#[derive(Default)]
pub struct Content {
    /// What is known; nothing where nobody is signed in.
    pub snapshot: Option<Snapshot>,
    /// What is at the address, where that is no room of one's own.
    pub elsewhere: Option<RoomElsewhere>,
}

/// Draws the page of this address. What it shows is in the content; hydration begins from the very same.
pub async fn render(context: &Context, status: StatusCode, content: Content, request: Request) -> Response {
    let Content { snapshot, elsewhere } = content;
    let (known, found) = (json(snapshot.as_ref()), json(elsewhere.as_ref()));
    let seed = form_seed();
    let context = context.clone();
    let draw = move || {
        let client = Client::new(State::new(snapshot.clone()).at(elsewhere.clone()));
        shell(&context.assets, client, seed.clone(), &known, &found)
    };
    answer(status, draw, request).await
}

/// What was to be posted.
#[derive(Clone)]
pub struct Written {
    /// The text.
    pub body: String,
    /// Its name.
    pub client_message_id: ClientMessageId,
}

/// Draws a page that needs no script: what a form of this room asked for was refused.
pub async fn render_refused(
    context: &Context,
    rejection: &Rejection,
    slug: Slug,
    written: Option<Written>,
    request: Request,
) -> Response {
    let code = rejection.code;
    let (written, seed) = match written {
        // Perhaps it was done and nobody heard of it: under the same name it is not done twice.
        Some(Written {
            body,
            client_message_id,
        }) if !is_spent(code) => (Some(body), FormSeed(client_message_id.0)),
        written => (written.map(|written| written.body), form_seed()),
    };
    let context = context.clone();
    let draw = move || {
        let (slug, written, seed) = (slug.clone(), written.clone(), seed.clone());
        let page = view! { <RefusedForm code slug written seed/> };
        document(&context.assets, ().into_any(), page.into_any())
    };
    let mut response = answer(api::status(code), draw, request).await;
    api::note(&mut response, rejection);
    response
}

/// Whether a name cannot be sent with again.
fn is_spent(code: ErrorCode) -> bool {
    matches!(code, ErrorCode::IdReused | ErrorCode::BadClientMessageId)
}

async fn answer<V: IntoView + 'static>(
    status: StatusCode,
    draw: impl Fn() -> V + Clone + Send + Sync + 'static,
    request: Request,
) -> Response {
    let draw = move || {
        policy();
        draw()
    };
    let mut response = leptos_axum::render_app_async_with_context(|| {}, draw)(request).await;
    *response.status_mut() = status;
    response
}

fn json(seed: Option<&impl Serialize>) -> String {
    seed.map(|seed| serde_json::to_string(seed).expect("protocol types always serialise"))
        .unwrap_or_default()
}

fn form_seed() -> FormSeed {
    FormSeed(ids::fresh_client_message_id().0)
}

/// Lets run only what bears this page's nonce.
fn policy() {
    let (Some(nonce), Some(options)) = (use_nonce(), use_context::<ResponseOptions>()) else {
        return;
    };
    let policy = if std::env::var_os("LEPTOS_WATCH").is_some() {
        development_page_policy(&nonce, RELOAD_PORT)
    } else {
        page_policy(&nonce)
    };
    let policy = HeaderValue::from_str(&policy).expect("a nonce is base64");
    options.insert_header(CONTENT_SECURITY_POLICY, policy);
}
