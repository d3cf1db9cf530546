//! From a snapshot to HTML.

use axum::{extract::Request, response::Response};
use http::{HeaderValue, StatusCode, header::CONTENT_SECURITY_POLICY};
use leptos::{nonce::use_nonce, prelude::*};
use leptos_axum::ResponseOptions;

use app::{client::Client, protocol::Snapshot, state::State, ui::FormSeed};

use super::shell::{RELOAD_PORT, shell};
use crate::{
    context::Context,
    http::headers::{development_page_policy, page_policy},
    ids,
};

/// Draws the page of this address. What it shows is in the snapshot; hydration begins from the very same.
pub async fn render(context: &Context, status: StatusCode, snapshot: Option<Snapshot>, request: Request) -> Response {
    let json = snapshot
        .as_ref()
        .map(|snapshot| serde_json::to_string(snapshot).expect("protocol types always serialise"));
    let json = json.unwrap_or_default();
    let seed = FormSeed(ids::fresh_client_message_id().0);
    let draw = {
        let context = context.clone();
        move || {
            let client = Client::new(State::new(snapshot.clone()));
            policy();
            shell(&context.assets, client, seed.clone(), &json)
        }
    };
    let handler = leptos_axum::render_app_async_with_context(|| {}, draw);
    let mut response = handler(request).await;
    *response.status_mut() = status;
    response
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
