//! For whoever watches over the server: does the process live, and can it do its work?

use axum::{Router, extract::State, routing::get};
use http::StatusCode;

use crate::{command, context::Context};

/// `/healthz` and `/readyz`.
pub fn routes() -> Router<Context> {
    Router::new()
        .route("/healthz", get(|| async { "alive" }))
        .route("/readyz", get(ready))
}

async fn ready(State(context): State<Context>) -> (StatusCode, &'static str) {
    match command::check_parts(&context.service).await {
        Ok(sentence) => (StatusCode::OK, sentence),
        Err(sentence) => (StatusCode::SERVICE_UNAVAILABLE, sentence),
    }
}
